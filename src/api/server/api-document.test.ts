import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { NotImplemented, Unavailable } from '../../base/errors.js';
import { FakeBackends } from './fake-backends.js';
import { type Call, type Route, Router } from './router.js';
import { routesOf } from './routes/all.js';
import { missingRoutes } from './routes/missing.js';

/** What a line of docs/api.md says of each route, by method and path. */
function documented(): Map<string, string> {
  const text = readFileSync(resolve('docs/api.md'), 'utf8');
  const rows = [...text.matchAll(/^\| (\w+) \| `(\S+)` \| ([\w ]+) \|/gm)];
  return new Map(rows.map(([, method, path, state = '']) => [`${method} ${path}`, state]));
}

const names = (routes: readonly Route[]) => {
  const all = routes.map(({ method, path }) => `${method} ${path.replaceAll(/\*|\/$/g, '')}`);
  return [...new Set(all)];
};

/** How a route that is not there refuses; undefined if it answers, or if there is none. */
async function refusal(line: string): Promise<unknown> {
  const [method = '', path = ''] = line.split(' ');
  const match = new Router(missingRoutes()).match(method, path.replaceAll(/[{}]/g, ''));
  if (!('route' in match && 'handle' in match.route)) return undefined;
  const response = { writeHead() {}, setHeader() {}, end() {} };
  // Routes that refuse look at nothing of a call; those that answer need somewhere to write.
  const call = { response, params: {}, request: {} } as unknown as Call;
  return match.route.handle(call).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('docs/api.md', () => {
  const table = documented();
  const done = [...table].filter(([, state]) => state === 'done').map(([line]) => line);

  it('has a line for each route of Docker’s API 1.48, and ours', () => {
    expect(table.size).to.equal(113);
    expect([...new Set(table.values())].sort()).to.deep.equal(['done', 'not planned', 'not yet']);
  });

  it('calls done what the server does, and nothing else', () => {
    expect(names(routesOf(new FakeBackends().backends))).to.have.members(done);
  });

  it('tells what is to come from what is not planned', async () => {
    for (const [line, state] of table) {
      if (state === 'done') continue;
      const error = await refusal(line);
      if (error instanceof NotImplemented) expect(state, line).to.equal('not yet');
      if (error instanceof Unavailable) expect(state, line).to.equal('not planned');
    }
  });

  it('has what the server says that it lacks', () => {
    const lacking = names(missingRoutes()).filter((line) => !line.includes('{verb}'));
    expect([...table.keys()]).to.include.members(lacking);
  });
});
