import { expect } from 'chai';
import { containerEnvironment, DEFAULT_PATH, execEnvironment } from './environment.js';

const base = { hostname: 'h', tty: false, env: [] as string[], home: '/root' };
const path = `PATH=${DEFAULT_PATH}`;

describe('containerEnvironment', () => {
  const table: [what: string, options: Partial<typeof base>, env: string[]][] = [
    ['nothing given', {}, [path, 'HOSTNAME=h', 'HOME=/root']],
    ['a terminal', { tty: true }, [path, 'HOSTNAME=h', 'TERM=xterm', 'HOME=/root']],
    ['more', { env: ['A=1', 'B=x=y'] }, [path, 'HOSTNAME=h', 'A=1', 'B=x=y', 'HOME=/root']],
    [
      'replaced in place',
      { env: ['A=1', 'PATH=/b', 'A=2'] },
      ['PATH=/b', 'HOSTNAME=h', 'A=2', 'HOME=/root'],
    ],
    ['removed', { env: ['HOSTNAME'] }, [path, 'HOME=/root']],
    ['HOME given', { env: ['HOME=/x'] }, [path, 'HOSTNAME=h', 'HOME=/x']],
  ];
  for (const [what, options, env] of table) {
    it(what, () => expect(containerEnvironment({ ...base, ...options })).to.deep.equal(env));
  }
});

describe('execEnvironment', () => {
  it("changes the container's", () =>
    expect(execEnvironment(['A=1', 'B=2'], { env: ['B=3'], tty: true })).to.deep.equal([
      'A=1',
      'B=3',
      'TERM=xterm',
    ]));
});
