import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect } from 'chai';

const sources = 'src';

/** What each folder may import: folders of ours, then packages. The first row whose folder is a prefix counts. */
const rules: readonly { folder: string; ours: string[]; packages: string[]; types?: string[] }[] = [
  { folder: 'base', ours: [], packages: [] },
  { folder: 'native/netlink-ts', ours: [], packages: ['koffi'] },
  { folder: 'native/iptables-wrapper', ours: [], packages: [] },
  { folder: 'native', ours: ['base'], packages: ['koffi'] },
  { folder: 'cnm', ours: ['base'], packages: ['inversify'], types: ['native'] },
  { folder: 'drivers', ours: ['base', 'cnm'], packages: ['inversify'], types: ['native'] },
  {
    folder: 'engine',
    ours: ['base', 'cnm', 'native'],
    packages: ['inversify', 'valibot'],
    types: ['api/types', 'api/server'],
  },
  { folder: 'api/types', ours: ['base'], packages: ['valibot'] },
  { folder: 'api/server', ours: ['base', 'api/types'], packages: ['valibot', 'ws'] },
  { folder: 'api/client', ours: ['base'], packages: [], types: ['api/types'] },
  { folder: 'cli', ours: ['base', 'api/client'], packages: ['yargs-parser'], types: ['api/types'] },
  { folder: 'proxy', ours: ['base', 'native'], packages: [] },
  { folder: 'sdk', ours: ['base', 'cnm'], packages: [] },
  { folder: 'labs', ours: ['base', 'api/client'], packages: [] },
  {
    folder: 'daemon',
    ours: ['base', 'native', 'cnm', 'drivers', 'engine', 'api', 'proxy'],
    packages: ['inversify'],
  },
];

/** Only these files may know inversify, besides the daemon. */
const mayInject = /(^|\/)(module|ids)\.ts$/;

/** Tests, and the fakes that they share, may reach further. */
const isTestOnly = /(\.(test|d)\.ts|\/fake-[^/]*\.ts)$/;

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist'].includes(entry.name) ? [] : files(path);
    return /\.ts$/.test(path) && !isTestOnly.test(path) ? [path] : [];
  });
}

function importsOf(text: string): Import[] {
  const statements = text.matchAll(/^(import|export)\s+(type\s+)?[^;]*?from\s+'([^']+)';/gm);
  return [...statements].map(([, , type, target = '']) => ({
    target,
    typeOnly: type !== undefined,
  }));
}

/** Why the import is not allowed; undefined if it is. */
function objection(file: string, { target, typeOnly }: Import): string | undefined {
  const place = relative(sources, file);
  const rule = rules.find(({ folder }) => place.startsWith(`${folder}/`));
  if (!rule) return place.includes('/') ? 'a folder without a rule' : undefined;
  if (target.startsWith('node:')) return undefined;
  if (!target.startsWith('.')) return packageObjection(place, rule, target);
  const to = relative(sources, join(dirname(file), target));
  const within = (folder: string) => to.startsWith(`${folder}/`);
  const allowed = [rule.folder, ...rule.ours, ...(typeOnly ? (rule.types ?? []) : [])];
  if (!allowed.some(within)) return `${to} is none of ${allowed.join(', ')}`;
  return driverObjection(place, to);
}

function packageObjection(
  place: string,
  rule: { packages: string[]; folder: string },
  target: string,
) {
  const name = target.split('/')[0] ?? '';
  if (!rule.packages.includes(name)) return `package ${target}`;
  const injects = name === 'inversify' && rule.folder !== 'daemon' && !mayInject.test(place);
  return injects ? 'inversify outside a module.ts' : undefined;
}

/** Folders among the drivers that are none, but what several of them have in common. They know no driver. */
const sharedByDrivers = ['parent'];

/** A driver knows no other driver. */
function driverObjection(place: string, to: string): string | undefined {
  const [, driver] = /^drivers\/([^/]+)\//.exec(place) ?? [];
  const [, other] = /^drivers\/([^/]+)\//.exec(to) ?? [];
  if (!driver || !other || driver === other) return undefined;
  return sharedByDrivers.includes(other) ? undefined : `driver ${other}`;
}

describe('the layers', () => {
  const all = files(sources);

  it('import only what lies below them', () => {
    const found = all.flatMap((file) =>
      importsOf(readFileSync(file, 'utf8')).flatMap((one) => {
        const why = objection(file, one);
        return why ? [`${file}: ${one.target} (${why})`] : [];
      }),
    );
    expect(found).to.deep.equal([]);
  });

  it('notice a forbidden arrow', () => {
    const bad = { target: '../engine/events.js', typeOnly: false };
    expect(objection('src/cnm/plan.ts', bad)).to.contain('engine/events.js is none of');
    expect(objection('src/cli/main.ts', { target: 'koffi', typeOnly: false })).to.equal(
      'package koffi',
    );
    expect(objection('src/cnm/x.ts', { target: 'inversify', typeOnly: false })).to.contain(
      'module.ts',
    );
    const other = { target: '../host/driver.js', typeOnly: false };
    expect(objection('src/drivers/bridge/driver.ts', other)).to.equal('driver host');
  });

  it('are made of files of at most 300 lines', () => {
    const long = all.filter((file) => readFileSync(file, 'utf8').split('\n').length > 301);
    expect(long).to.deep.equal([]);
  });
});
