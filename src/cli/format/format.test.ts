import { expect } from 'chai';
import { DetachWatch } from '../../base/detach-keys.js';
import { indentJson } from './indent.js';
import { portsText } from './ports.js';
import { alignTabs } from './tabwriter.js';
import { ellipsis, goTimeOf } from './words.js';

const tcp = (PrivatePort: number, PublicPort?: number, IP?: string) => ({
  PrivatePort,
  Type: 'tcp',
  ...(PublicPort !== undefined && { PublicPort }),
  ...(IP !== undefined && { IP }),
});

describe('ports of a container', () => {
  const table: readonly [ports: Parameters<typeof portsText>[0], text: string][] = [
    [[], ''],
    [[tcp(443), tcp(80)], '80/tcp, 443/tcp'],
    [[tcp(81), tcp(80), tcp(82)], '80-82/tcp'],
    [[tcp(80, 8080, '0.0.0.0'), tcp(80, 8080, '::')], '0.0.0.0:8080->80/tcp, [::]:8080->80/tcp'],
    [[tcp(91, 91, '0.0.0.0'), tcp(90, 90, '0.0.0.0')], '0.0.0.0:90-91->90-91/tcp'],
    [[tcp(90, 90, '1.1.1.1'), tcp(92, 92, '1.1.1.1')], '1.1.1.1:90->90/tcp, 1.1.1.1:92->92/tcp'],
  ];
  for (const [ports, text] of table)
    it(text || 'none', () => expect(portsText(ports)).to.equal(text));
});

it('times are written as Go does, without zeros at the end of a fraction', () => {
  const times = ['12:21:52.150', '12:21:50.000', '12:21:50', '12:21:50.123456789'];
  expect(times.map((time) => goTimeOf(`2026-11-21T${time}Z`))).to.deep.equal([
    '2026-11-21 12:21:52.15 +0000 UTC',
    '2026-11-21 12:21:50 +0000 UTC',
    '2026-11-21 12:21:50 +0000 UTC',
    '2026-11-21 12:21:50.123456789 +0000 UTC',
  ]);
});

describe('tables', () => {
  it('pad to the widest cell and three, and to ten at least', () => {
    expect(alignTabs('ID\tNAME\nabcdefghij\tx\n')).to.equal('ID           NAME\nabcdefghij   x\n');
    expect(alignTabs('A\tB\tC\n1\t2\t3\n')).to.equal(
      'A         B         C\n1         2         3\n',
    );
  });

  it('count what takes two columns twice', () => {
    expect(alignTabs('日本語…\tx\nabcdefgh\ty')).to.equal('日本語…    x\nabcdefgh   y');
    expect(ellipsis('a日本語', 7)).to.equal('a日本語');
    expect(ellipsis('ab日本語', 7)).to.equal('ab日本…');
    expect(ellipsis('abc日本語', 7)).to.equal('abc日…');
  });

  it('count characters, not bytes, and end a column where a line lacks it', () => {
    expect(alignTabs('ä…ä…ä…ä…ä…\tx\nfree\nab\ty')).to.equal('ä…ä…ä…ä…ä…   x\nfree\nab        y');
  });
});

it('JSON is indented as it came', () => {
  expect(indentJson('[{"b":[],"a":{ },"n":1234567890123456789,"s":"a,\\"{b"}]')).to.equal(
    '[\n    {\n        "b": [],\n        "a": {},\n        "n": 1234567890123456789,\n        "s": "a,\\"{b"\n    }\n]',
  );
});

describe('detach keys', () => {
  const table: readonly [
    keys: string,
    typed: readonly string[],
    passed: string,
    detached: boolean,
  ][] = [
    ['', ['a\x10\x11b'], 'a', true],
    ['', ['a\x10', '\x11'], 'a', true],
    ['', ['\x10', 'x', '\x11'], '\x10x\x11', false],
    ['', ['\x10\x10\x11'], '\x10', true],
    ['ctrl-a,b', ['x\x01b'], 'x', true],
  ];
  for (const [keys, typed, passed, detached] of table) {
    it(JSON.stringify(typed), () => {
      const watch = new DetachWatch(keys);
      const results = typed.map((text) => watch.push(Buffer.from(text)));
      expect(results.map(({ pass }) => pass.toString()).join('')).to.equal(passed);
      expect(results.some(({ detach }) => detach)).to.equal(detached);
    });
  }
});
