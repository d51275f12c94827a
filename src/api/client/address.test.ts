import { expect } from 'chai';
import { parseAddress } from './address.js';
import { sshArguments } from './ssh.js';

describe('parseAddress', () => {
  const tls = { verify: true };
  const addresses: [string, object | undefined][] = [
    ['unix:///x', { path: '/x' }],
    ['unix://', { path: '/var/run/docker.sock' }],
    ['tcp://h', { hostname: 'h', port: 2375 }],
    ['tcp://[::1]:1', { hostname: '::1', port: 1 }],
    ['h:1', { hostname: 'h', port: 1 }],
    ['foo://x', undefined],
    [
      'ssh://me@box:22/run/x.sock',
      { ssh: { hostname: 'box', user: 'me', port: '22', path: '/run/x.sock' } },
    ],
    ['ssh://box', { ssh: { hostname: 'box', user: '', port: '', path: '' } }],
  ];
  for (const [host, wanted] of addresses) {
    it(`reads ${host}`, () =>
      expect(parseAddress(host)).to.deep.equal(wanted && { host, ...wanted }));
  }
  it('has another port with TLS', () =>
    expect(parseAddress('tcp://h', tls)).to.deep.include({ port: 2376, tls }));

  for (const [host, problem] of [
    ['ssh://', 'hostname is empty'],
    ['ssh://a:b@c', 'plain-text password is not supported'],
    ['ssh://c?x=1', 'query parameters are not allowed'],
    ['ssh://c#x', 'fragments are not allowed'],
    ['ssh://-oProxyCommand=x', 'must not begin with "-"'],
    ['ssh://-l@c', 'must not begin with "-"'],
  ] as const) {
    it(`refuses ${host}`, () => expect(() => parseAddress(host)).to.throw(problem));
  }
});

describe('sshArguments', () => {
  it('leads on to the daemon over there', () => {
    const args = sshArguments({ hostname: 'box', user: 'me', port: '22', path: '' });
    expect(args.slice(0, -1)).to.deep.equal([
      ...['-o', 'ConnectTimeout=30', '-T', '-l', 'me', '-p', '22', '--', 'box'],
    ]);
    expect(args.at(-1)).to.equal(
      "sh -c 'command -v tsnet >/dev/null 2>&1 && exec tsnet system dial-stdio; exec docker system dial-stdio'",
    );
  });
  it('takes a path for what it is', () => {
    const args = sshArguments({ hostname: 'box', user: '', port: '', path: "/a'; rm -rf /" });
    expect(args.at(-1)).to.contain(
      "tsnet --host unix://'\\''/a'\\''\\'\\'''\\''; rm -rf /'\\'' system",
    );
  });
});
