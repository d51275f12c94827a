import { expect } from 'chai';
import { type Route, Router } from './router.js';

const route = (method: string, path: string): Route => ({ method, path, handle: async () => {} });
const router = new Router([
  route('GET', '/containers/json'),
  route('GET', '/containers/{id}/json'),
  route('POST', '/containers/{id}/start'),
  route('DELETE', '/containers/{id}'),
  route('GET', '/images/{name*}/json'),
  route('DELETE', '/images/{name*}'),
]);

describe('Router', () => {
  const found: [string, string, string, Record<string, string>][] = [
    ['GET', '/containers/json', '/containers/json', {}],
    ['GET', '/containers/web/json', '/containers/{id}/json', { id: 'web' }],
    ['GET', '/containers/a%20b%2Fc/json', '/containers/{id}/json', { id: 'a b/c' }],
    ['GET', '/containers/%zz/json', '/containers/{id}/json', { id: '%zz' }],
    ['DELETE', '/containers/json', '/containers/{id}', { id: 'json' }],
    ['GET', '/images/a/b:1/json', '/images/{name*}/json', { name: 'a/b:1' }],
    ['DELETE', '/images/reg:5000/a/b', '/images/{name*}', { name: 'reg:5000/a/b' }],
  ];
  for (const [method, path, pattern, params] of found) {
    it(`${method} ${path}`, () => {
      const match = router.match(method, path);
      expect('route' in match && [match.route.path, match.params]).to.deep.equal([pattern, params]);
    });
  }

  const missed: [string, string, string[]][] = [
    ['GET', '/nope', []],
    ['GET', '/containers/a/b/json', []],
    ['GET', '/containers//json', []],
    ['GET', '/containers/json/', []],
    ['GET', '/x/containers/json', []],
    ['PUT', '/containers/json', ['GET', 'DELETE']],
    ['GET', '/containers/web/start', ['POST']],
  ];
  for (const [method, path, allowed] of missed) {
    it(`no ${method} ${path}`, () => expect(router.match(method, path)).to.deep.equal({ allowed }));
  }
});
