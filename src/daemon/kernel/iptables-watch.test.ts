import { expect } from 'chai';
import type { Logger } from '../../base/logger.js';
import { SelfHealingFirewall } from './iptables-watch.js';

/** Tables that are a number: each change counts it up. */
function world() {
  const state = { changes: 0, isDamaged: false, checks: 0, failures: 0, logged: [] as string[] };
  const change = () => void state.changes++;
  const firewall = {
    install: change,
    remove: change,
    replaceAll: change,
    repair: change,
    describe: () => ['iptables'],
    heal() {
      state.checks++;
      if (state.failures-- > 0) throw new Error('locked');
      if (!state.isDamaged) return false;
      state.isDamaged = false;
      state.changes++;
      return true;
    },
  };
  const log = (message: string) => void state.logged.push(message);
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  let isOpen = true;
  const stamp = {
    read: () => String(state.changes),
    [Symbol.dispose]() {
      isOpen = false;
    },
  };
  const watched = new SelfHealingFirewall({ firewall, stamp, logger });
  return { state, watched, isOpen: () => isOpen };
}

describe('SelfHealingFirewall', () => {
  it('reads nothing while nobody changes anything', () => {
    const { state, watched } = world();
    using _ = watched;
    watched.replaceAll([]);
    watched.install([]);
    watched.remove([]);
    watched.repair();
    watched.look();
    expect(state.checks).to.equal(0);
  });

  it('looks once after a foreign change that does no harm', () => {
    const { state, watched } = world();
    using _ = watched;
    watched.replaceAll([]);
    state.changes++;
    watched.look();
    watched.look();
    expect(state.checks).to.equal(1);
    expect(state.logged).to.deep.equal([]);
  });

  it('repairs, says so, and makes sure once more', () => {
    const { state, watched } = world();
    using _ = watched;
    watched.replaceAll([]);
    state.changes++;
    state.isDamaged = true;
    watched.look();
    expect(state.isDamaged).to.equal(false);
    expect(state.logged).to.deep.equal([
      'firewall rules were changed by another program: repaired',
    ]);
    watched.look();
    watched.look();
    expect(state.checks).to.equal(2);
  });

  it('does not take a change of our own for the end of a foreign one', () => {
    const { state, watched } = world();
    using _ = watched;
    watched.replaceAll([]);
    state.changes++;
    state.isDamaged = true;
    watched.install([]);
    watched.look();
    expect(state.isDamaged).to.equal(false);
  });

  it('tries again after a while when a repair fails', () => {
    const { state, watched } = world();
    using _ = watched;
    watched.replaceAll([]);
    state.changes++;
    state.isDamaged = true;
    state.failures = 1;
    for (let looks = 0; looks < 20; looks++) watched.look();
    expect(state.isDamaged).to.equal(false);
    expect(state.logged).to.have.length(2);
  });

  it('looks by itself, in time', async () => {
    const { state, watched } = world();
    using _ = watched;
    watched.replaceAll([]);
    state.changes++;
    state.isDamaged = true;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(state.isDamaged).to.equal(false);
  });

  it('closes the stamp', () => {
    const { watched, isOpen } = world();
    watched.replaceAll([]);
    watched[Symbol.dispose]();
    expect(isOpen()).to.equal(false);
  });
});
