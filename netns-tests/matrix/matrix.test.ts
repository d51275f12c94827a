import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { needsRoot } from '../world/root.js';
import { differences } from './differences.js';
import { type Configuration, type Stage, stages, titleOf } from './dimensions.js';
import { Lab } from './lab.js';
import { printMatrix } from './print.js';
import { type Cell, runStage } from './run.js';

const backends = ['nftables', 'iptables'] as const;
const proxies = [true, false];
const policies = ['accept', 'drop'] as const;

/** Where frames are hidden, the policy of FORWARD has less to say: both are tried with the default backend. */
const configurations: readonly Configuration[] = backends.flatMap((backend) =>
  proxies.flatMap((proxy) =>
    policies.flatMap((forward): Configuration[] => [
      { backend, proxy, forward, frames: 'shown' },
      ...(proxy && (forward === 'accept' || backend === 'nftables')
        ? [{ backend, proxy, forward, frames: 'hidden' } as const]
        : []),
    ]),
  ),
);

/** A part of it may be chosen by name: `TSNET_MATRIX='nftables, proxy off'`. */
const chosen = configurations.filter((each) =>
  titleOf(each).includes(process.env['TSNET_MATRIX'] ?? ''),
);

describe('outcome matrix', function () {
  this.timeout(240_000);
  const printed: string[] = [];
  after(() => {
    process.stdout.write(printed.join(''));
  });

  it('differs from Docker only as the documentation says', () => {
    const documented = readFileSync('docs/differences.md', 'utf8');
    for (const { title } of differences) expect(documented).to.contain(`| ${title} |`);
  });

  for (const configuration of chosen) {
    describe(titleOf(configuration), () => {
      const results = new Map<Stage, Cell[]>();
      let lab: Lab | undefined;

      before(async function () {
        needsRoot.call(this);
        lab = await Lab.create(configuration);
      });
      after(async () => {
        await lab?.[Symbol.asyncDispose]();
        if (results.size > 0) printed.push(printMatrix(configuration, results));
      });

      for (const stage of stages) {
        it(stage, async () => {
          if (!lab) throw new Error('there is no lab');
          await lab.enter(stage);
          const cells = await runStage(lab, configuration, stage);
          results.set(stage, cells);
          expect(cells.filter(({ good }) => !good).map(describeCell)).to.deep.equal([]);
        });
      }
    });
  }
});

function describeCell({ place, expected, found }: Cell): string {
  const { client, target, column, family, protocol } = place;
  const network = `${column.mode}${column.icc ? '' : ' without ICC'}${column.families.length === 1 ? ' IPv4 only' : ''}`;
  return `${network}: ${client} -> ${target}, ${protocol} IPv${family}: ${found}, expected ${expected}`;
}
