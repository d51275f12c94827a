import { expect } from 'chai';
import { Unavailable } from '../../base/errors.js';
import type { RunToolSync, ToolCall } from '../../native/iptables-wrapper/index.js';
import { dropIptables, iptablesFirewall } from './iptables-firewall.js';

/** Tools that print empty tables, and take or refuse what they are told. */
function world({ refusal = '', saved = '' } = {}) {
  const calls: ToolCall[] = [];
  const run: RunToolSync = (call) => {
    calls.push(call);
    if (call.command[0]?.endsWith('save')) return { status: 0, stdout: saved, stderr: '' };
    return { status: refusal === '' ? 0 : 1, stdout: '', stderr: refusal };
  };
  const firewall = (raw: boolean) =>
    iptablesFirewall({
      families: [4],
      raw,
      settings: { userlandProxy: false, allowDirectRouting: false },
      run,
      frames: () => undefined,
    });
  return { calls, run, firewall };
}

describe('iptablesFirewall', () => {
  it('reads and writes by one program each', () => {
    const { calls, firewall } = world();
    firewall(true).replaceAll([]);
    const programs = calls.map(({ command }) => command.slice(0, 3).join(' '));
    expect(programs).to.deep.equal(['iptables-save', 'iptables-restore --noflush --wait']);
  });

  it('leaves the raw table out where it is told to', () => {
    const { calls, firewall } = world();
    firewall(false).replaceAll([]);
    expect(calls[1]?.input).to.include('*filter').and.not.include('*raw');
  });

  const rawTrouble = [
    "iptables-restore v1.8.9 (legacy): can't initialize iptables table `raw': Table does not exist",
    'iptables-restore: line 2 failed: No such file or directory.',
  ];
  for (const refusal of rawTrouble)
    it(`says how to do without the raw table: ${refusal}`, () => {
      const { firewall } = world({ refusal });
      expect(() => firewall(true).replaceAll([])).to.throw(
        Unavailable,
        'DOCKER_INSECURE_NO_IPTABLES_RAW=1',
      );
    });

  it('tells other trouble as it is', () => {
    const { firewall } = world({ refusal: 'Another app is currently holding the xtables lock' });
    expect(() => firewall(true).replaceAll([])).to.throw('holding the xtables lock');
  });

  it('opens FORWARD when it goes and another program keeps the verdict', () => {
    const saved =
      '*filter\n:FORWARD DROP [0:0]\n:DOCKER-FORWARD - [0:0]\n-A DOCKER-FORWARD -m comment --comment "tsnet:base" -j DOCKER-CT\nCOMMIT\n';
    const { calls, run } = world({ saved });
    dropIptables([4, 6], run, [6]);
    const [four, six] = calls.filter(({ input }) => input !== '').map(({ input }) => input);
    expect(four).to.not.include('-P');
    expect(six).to.include('-P FORWARD ACCEPT');
  });
});
