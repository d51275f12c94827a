import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import type { PortRequest } from '../../cnm/model.js';
import { parseExposedPort, portRequests } from './ports.js';

describe('parseExposedPort', () => {
  const good: [string, number, string][] = [
    ['80', 80, 'tcp'],
    ['80/TCP', 80, 'tcp'],
    ['53/udp', 53, 'udp'],
    ['65535/sctp', 65535, 'sctp'],
  ];
  for (const [text, port, protocol] of good) {
    it(`reads ${text}`, () => expect(parseExposedPort(text)).to.deep.equal({ port, protocol }));
  }
  for (const text of ['', '0', '65536', 'x/tcp', '-1', '80/icmp', '80/', '80-90/tcp']) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      expect(() => parseExposedPort(text)).to.throw(InvalidParameter));
  }
});

describe('portRequests', () => {
  const request = (
    hostIp: string,
    hostPort: [number, number],
    over: Partial<PortRequest> = {},
  ) => ({
    protocol: 'tcp',
    containerPort: 80,
    hostIp,
    hostPort,
    ...over,
  });

  const bindings: [string, { HostIp: string; HostPort: string }[], object[]][] = [
    ['any port for no binding', [], [request('', [0, 0])]],
    ['any port', [{ HostIp: '', HostPort: '' }], [request('', [0, 0])]],
    ['one port', [{ HostIp: '', HostPort: '8080' }], [request('', [8080, 8080])]],
    ['a range', [{ HostIp: '', HostPort: '8000-8010' }], [request('', [8000, 8010])]],
    ['an address', [{ HostIp: '::1', HostPort: '1' }], [request('::1', [1, 1])]],
    [
      'several',
      [
        { HostIp: '127.0.0.1', HostPort: '1' },
        { HostIp: '', HostPort: '2' },
      ],
      [request('127.0.0.1', [1, 1]), request('', [2, 2])],
    ],
  ];
  for (const [what, list, wanted] of bindings) {
    it(`asks for ${what}`, () => {
      const host = { PortBindings: { '80/tcp': list }, PublishAllPorts: false };
      expect(portRequests(host, { '81/tcp': {} })).to.deep.equal(wanted);
    });
  }

  it('publishes what is exposed and not bound with -P', () => {
    const host = {
      PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] },
      PublishAllPorts: true,
    };
    expect(portRequests(host, { '80/tcp': {}, '80/udp': {}, '81/tcp': {} })).to.deep.equal([
      request('', [8080, 8080]),
      request('', [0, 0], { protocol: 'udp' }),
      request('', [0, 0], { containerPort: 81 }),
    ]);
  });

  const bad: [string, string, string][] = [
    ['localhost', '80', 'invalid IP address: localhost'],
    ['', 'x', 'invalid hostPort: x'],
    ['', '90-80', 'invalid hostPort: 90-80'],
    ['', '1-2-3', 'invalid hostPort: 1-2-3'],
    ['', '70000', 'invalid hostPort: 70000'],
    ['', '80-', 'invalid hostPort: 80-'],
    ['', '80-x', 'invalid hostPort: 80-x'],
  ];
  for (const [HostIp, HostPort, message] of bad) {
    it(`refuses: ${message}`, () => {
      const host = { PortBindings: { '80/tcp': [{ HostIp, HostPort }] }, PublishAllPorts: false };
      expect(() => portRequests(host, {})).to.throw(InvalidParameter, message);
    });
  }
});
