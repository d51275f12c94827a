import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import { exampleEndpoint, exampleNetwork, exampleTable } from './example.js';
import { renderAdd, renderDelete, renderDrop, renderMissing, renderTable } from './render.js';

const network = exampleNetwork('br-1');
const endpoint = exampleEndpoint('web', 8080, 2);

describe('render', () => {
  it('makes a table whole, with its fragments', () => {
    expect(renderTable(exampleTable, [network, endpoint])).to.equal(
      `add table ip tsnet-test
delete table ip tsnet-test
add table ip tsnet-test
add map ip tsnet-test forward-in { type ifname : verdict; }
add map ip tsnet-test published { type inet_proto . inet_service : ipv4_addr . inet_service; }
add map ip tsnet-test published-ranges { type inet_proto . inet_service : ipv4_addr; flags interval; }
add set ip tsnet-test trusted { type ifname; }
add chain ip tsnet-test into-network
add chain ip tsnet-test filter-forward { type filter hook forward priority 0; policy accept; }
add chain ip tsnet-test nat-prerouting { type nat hook prerouting priority -100; policy accept; }
add rule ip tsnet-test into-network ct state { established, related } accept
add rule ip tsnet-test into-network drop comment "UNPUBLISHED PORT DROP"
add rule ip tsnet-test filter-forward oifname vmap @forward-in
add rule ip tsnet-test nat-prerouting fib daddr type local dnat to meta l4proto . th dport map @published comment "PORTS"
add rule ip tsnet-test nat-prerouting fib daddr type local dnat to meta l4proto . th dport map @published-ranges comment "RANGES"
${renderAdd([network, endpoint])}`,
    );
  });

  it('passes over fragments of other tables', () => {
    const elsewhere = { ...network, family: 'ip6' as const };
    expect(renderTable(exampleTable, [elsewhere])).to.equal(renderTable(exampleTable, []));
  });

  it('adds the elements of a set in one statement', () => {
    expect(renderAdd([network, endpoint, exampleNetwork('br-2')])).to.equal(
      `add element ip tsnet-test forward-in { "br-1" comment "network/br-1" : jump into-network, "br-2" comment "network/br-2" : jump into-network }
add element ip tsnet-test published { tcp . 8080 comment "endpoint/web" : 172.17.0.2 . 8080, tcp . 8081 comment "endpoint/web" : 172.17.0.2 . 8081 }
`,
    );
  });

  it('deletes elements by their keys', () => {
    expect(renderDelete([network, exampleNetwork('br-2')])).to.equal(
      'delete element ip tsnet-test forward-in { "br-1", "br-2" }\n',
    );
  });

  it('gives a dynamic set what it starts as', () => {
    const seen = { name: 'seen', key: 'ifname', dynamic: true, startsAs: 'forward-in' };
    const table = { ...exampleTable, sets: [...exampleTable.sets, seen] };
    expect(renderTable(table, [network, exampleNetwork('br-2')])).to.match(
      /\nadd element ip tsnet-test seen \{ "br-1", "br-2" \}\n$/,
    );
    expect(renderTable(table, [endpoint])).to.not.contain('element ip tsnet-test seen');
    expect(renderAdd([network])).to.not.contain('seen');
  });

  it('makes what others fill without a word about the rest', () => {
    const hook = { type: 'filter', at: 'forward', priority: -10, policy: 'accept' } as const;
    const chains = [{ name: 'theirs', hook, rules: [] }];
    expect(renderMissing({ family: 'inet', name: 'user', sets: [], chains })).to.equal(
      `add table inet user
add chain inet user theirs { type filter hook forward priority -10; policy accept; }
`,
    );
  });

  it('puts a thousand ports into one statement', () => {
    const lines = renderAdd([exampleEndpoint('web', 1000, 1000)])
      .trimEnd()
      .split('\n');
    expect(lines).to.have.length(1);
    expect(lines[0]?.match(/ : /g)).to.have.length(1000);
  });

  it('drops a table that may be gone', () => {
    expect(renderDrop(exampleTable)).to.equal(
      'add table ip tsnet-test\ndelete table ip tsnet-test\n',
    );
  });

  it('refuses a name that is no name', () => {
    const table = 'a; flush ruleset';
    expect(() => renderAdd([{ ...network, table }])).to.throw(InvalidParameter);
  });
});
