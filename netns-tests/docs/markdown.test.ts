import { expect } from 'chai';
import { listingsOf, rewritten } from './markdown.js';
import { StandIns } from './stand-ins.js';

const document = `Text
\`\`\`
$ not a listing
\`\`\`
<!-- listing: daemon --ipv6; needs ipvlan -->
\`\`\`console
$ one \\
    more
said

  and said

outside$ two
\`\`\`
<!-- listing: fresh -->
Text between
\`\`\`console
$ three
\`\`\`
`;

describe('listings in Markdown', () => {
  it('are commands with what they printed', () => {
    const [first, second] = listingsOf(document);
    expect(first?.wishes).to.deep.equal(['daemon --ipv6', 'needs ipvlan']);
    expect(first?.commands).to.deep.equal([
      {
        where: 'host',
        text: 'one \\\n    more',
        from: 6,
        to: 8,
        output: ['said', '', '  and said'],
      },
      { where: 'outside', text: 'two', from: 12, to: 13, output: [] },
    ]);
    expect([second?.line, second?.wishes]).to.deep.equal([17, []]);
  });

  it('are rewritten with other outputs', () => {
    const lines = document.split('\n');
    const [listing] = listingsOf(document);
    if (!listing) throw new Error('no listing');
    expect(rewritten(lines, listing, [['new'], ['line', 'line']])).to.deep.equal([
      '$ one \\',
      '    more',
      'new',
      '',
      'outside$ two',
      'line',
      'line',
    ]);
  });

  it('are refused without a prompt or an end', () => {
    expect(() => listingsOf('```console\noutput\n```')).to.throw('line 2: a listing begins with');
    expect(() => listingsOf('```console\n$ one')).to.throw('line 1: this block has no end');
  });
});

describe('stand-ins', () => {
  const id = '0123456789ab'.padEnd(64, 'c');
  const show = (text: string) => new StandIns('/tmp/tsn-x').show(text);

  it('are the same for the same thing, whatever it was', () => {
    const other = id.replaceAll('0', 'f');
    const text = (name: string) => `${name} br-${name.slice(0, 12)} "network/${name}"`;
    expect(show(text(id))).to.equal(show(text(other)));
    expect(show(text(id))).to.match(/^([0-9a-f]{12}) br-\1 "network\/\1"$/);
    expect(show(`${id} ${other}`)).not.to.match(/^(\w+) \1$/);
  });

  it('are the same for a link-local address of any MAC', () => {
    const local = (address: string) => show(`inet6 ${address}/64`);
    // Of 02:00:ab:fd:8f:7b, of 02:61:00:fd:00:00 and of one without zeros.
    for (const address of ['fe80::abff:fefd:8f7b', 'fe80::61:ff:fefd:0'])
      expect(local(address)).to.equal(local('fe80::c861:abff:fe23:5115'));
  });

  it('leave alone what is asked for', () => {
    const text =
      '172.18.0.2 8080 32768 fd00 ff:ff:ff:ff:ff:ff 2001:db8:1::2 127.0.0.1:8081 mtu 65536';
    expect(show(text)).to.equal(text);
  });

  it('have the usual folders in the place of those of the test', () => {
    expect(show('/tmp/tsn-x/run/netns')).to.equal('/run/tsnet/netns');
  });

  it("sort a set's elements as they are shown", () => {
    const set = (...names: string[]) => `elements = { ${names.join(',\n\t\t\t     ')} }`;
    expect(show(set('"eth1"', '"docker0"'))).to.equal(set('"docker0"', '"eth1"'));
  });
});
