import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { whyAbsent } from './catalogue/absent.js';
import { catalogue, groups, isHidden } from './catalogue.js';
import { flagHelp } from './format/help.js';

const docker = '/usr/local/bin/docker';

/** Flags of docker 28.2 that tsnet lacks, and why. The command's name is the one in its group. */
const lacking: readonly (readonly [command: RegExp, flags: readonly string[], why: string])[] = [
  [
    /^container (create|run)$/,
    ['cpu-count', 'cpu-percent', 'io-maxbandwidth', 'io-maxiops', 'isolation'],
    'for containers of Windows',
  ],
  [
    /^container (create|run)$|^image pull$/,
    ['disable-content-trust'],
    'nothing is downloaded that could be signed',
  ],
  [
    /^container (create|run)$/,
    ['use-api-socket'],
    'an experiment of docker; the socket can be bound by -v',
  ],
  [/^container start$/, ['checkpoint', 'checkpoint-dir'], 'no checkpoints yet'],
  [/^image pull$/, ['all-tags'], 'no registries yet'],
  [
    /^image (history|inspect|load|rm|save)$/,
    ['platform'],
    'an image is of one platform: the one that runs here',
  ],
  [
    /^volume (create|ls)$/,
    [
      ...['availability', 'cluster', 'group', 'limit-bytes', 'required-bytes', 'scope', 'secret'],
      ...['sharing', 'topology-preferred', 'topology-required', 'type'],
    ],
    'cluster volumes belong to swarm',
  ],
  [/^image ls$/, ['tree'], 'an image is of one platform'],
];

/** Flags that docker hasn't. */
const own: Readonly<Record<string, readonly string[]>> = { 'network inspect': ['plan'] };

/** Commands of docker that tsnet lacks, and why. */
const absent: readonly (readonly [commands: RegExp, why: string])[] = [
  [/^(builder|buildx|image build|build)\b/, 'no builds yet'],
  [/^(login|logout|search|manifest|trust|image push|push)\b/, 'no registries yet'],
  [/^(config|node|secret|service|stack|swarm)\b/, 'tsnet is for one host'],
  [/^volume update$/, 'cluster volumes belong to swarm'],
  [/^checkpoint\b/, 'no checkpoints yet'],
  [/^plugin\b/, 'managed plugins come from registries'],
];

const run = promisify(execFile);

async function help(line: string): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: tmpdir() };
  const words = [...line.split(' ').filter(Boolean), '--help'];
  return (await run(docker, words, { env })).stdout;
}

/** `-f, --filter filter (default x)` of each flag of a help text, without what it does. */
function flagsOf(text: string): string[] {
  const [, options = ''] = text.split(/^(?:Global )?Options:\n/m);
  const entries = options.split(/^(?= {2}(?:-\w, | {4})--)/m).filter((one) => /^ +-/.test(one));
  return entries.map((entry) => {
    const [, head = ''] = /^ *(.*?)(?: {2,}|$)/m.exec(entry) ?? [];
    const [, preset] = /\(default ("[^"]*"|\S+)\)/.exec(entry.replace(/\s+/g, ' ')) ?? [];
    return preset === undefined ? head : `${head} (default ${preset})`;
  });
}

const nameOf = (flag: string) => /--([\w-]+)/.exec(flag)?.[1] ?? '';

/** The commands that a help text lists. */
function listed(text: string): string[] {
  const parts = text.matchAll(/^(?:\w+ )*Commands:\n((?: {2}.*\n)+)/gm);
  return [...parts].flatMap(([, rows = '']) =>
    [...rows.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name = '']) => name),
  );
}

describe("tsnet's commands and flags beside docker's", () => {
  before(function () {
    if (!existsSync(docker)) this.skip();
  });

  for (const { names, load } of catalogue) {
    const [id] = names;
    const isOurs = /^(network plan|completion)\b/.test(id) || isHidden(id);
    if (isOurs) continue;
    it(id, async () => {
      const [theirs, command] = await Promise.all([help(id), load()]);
      const missing = lacking.flatMap(([pattern, flags]) => (pattern.test(id) ? flags : []));
      const wanted = flagsOf(theirs).filter((flag) => !missing.includes(nameOf(flag)));
      const given = flagsOf(`Options:\n${flagHelp(command.flags)}`).filter(
        (flag) => !own[id]?.includes(nameOf(flag)),
      );
      expect(given).to.deep.equal(wanted);
      const usage = `Usage:  docker ${id} ${command.usage.split('\n')[0]}`.trimEnd();
      expect(theirs.split('\n')[0]).to.equal(usage);
      const aliases = /^Aliases:\n {2}(.*)$/m.exec(theirs)?.[1] ?? `docker ${id}`;
      expect(names.map((name) => `docker ${name}`)).to.have.members(aliases.split(', '));
    });
  }

  it('lacks no flag that it has', async () => {
    for (const { names, load } of catalogue) {
      const missing = lacking.flatMap(([pattern, flags]) => (pattern.test(names[0]) ? flags : []));
      expect(Object.keys((await load()).flags)).not.to.include.members([
        ...missing,
        'no such flag',
      ]);
      for (const flag of missing) expect((await load()).flags, names[0]).not.to.have.property(flag);
    }
  });

  it('has all commands but those that are for a reason absent', async () => {
    const parents = ['', ...Object.keys(groups)].filter(
      (group) => group !== 'network plan' && group !== 'completion',
    );
    const all = await Promise.all(
      parents.map(async (group) => {
        const members = listed(await help(group));
        return members.map((name) => `${group} ${name}`.trim());
      }),
    );
    const known = [...Object.keys(groups), ...catalogue.flatMap(({ names }) => names)];
    const missing = all.flat().filter((name) => !known.includes(name));
    const unexplained = missing.filter((name) => !absent.some(([pattern]) => pattern.test(name)));
    expect(unexplained).to.deep.equal([]);
    const topics = missing.filter((name) => !/ /.test(name));
    expect(topics.filter((name) => whyAbsent(name) === undefined)).to.deep.equal([]);
    expect(whyAbsent('nonsense')).to.equal(undefined);
  });
});
