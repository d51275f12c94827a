import { expect } from 'chai';
import { eventually } from '../../../netns-tests/world/eventually.js';
import type { Logger } from '../../base/logger.js';
import type { Meddling } from './firewall-guard.js';
import { WatchedIptables } from './iptables-watch.js';

/** Tables that are a number: each change counts it up. */
function world() {
  const state = { changes: 0, isDamaged: false, inspections: 0, failures: 0, isOpen: true };
  const log: string[] = [];
  const told: Meddling[] = [];
  const change = () => void state.changes++;
  const firewall = {
    install: change,
    remove: change,
    replaceAll: change,
    repair() {
      state.isDamaged = false;
      change();
    },
    describe: () => ['iptables'],
    isDamaged() {
      state.inspections++;
      if (state.failures-- > 0) throw new Error('locked');
      return state.isDamaged;
    },
  };
  const write = (message: string) => void log.push(message);
  const logger: Logger = { debug: write, info: write, warn: write, error: write };
  const stamp = {
    read: () => String(state.changes),
    [Symbol.dispose]() {
      state.isOpen = false;
    },
  };
  const watched = new WatchedIptables({ firewall, stamp, logger });
  return {
    state,
    watched,
    log,
    told,
    look: (times = 1) => {
      for (let i = 0; i < times; i++) watched.look((by) => void told.push(by));
    },
    meddle: ({ damage = true } = {}) => {
      state.changes++;
      state.isDamaged = damage;
    },
  };
}

describe('WatchedIptables', () => {
  it('reads nothing while nobody else changes anything', () => {
    const { state, watched, look, told } = world();
    watched.replaceAll([]);
    watched.install([]);
    watched.remove([]);
    look(2);
    expect([state.inspections, told]).to.deep.equal([0, []]);
  });

  it('does not look before there are rules', () => {
    const { look, meddle, told } = world();
    meddle();
    look();
    expect(told).to.deep.equal([]);
  });

  it('looks once after a foreign change that does no harm', () => {
    const { state, watched, look, meddle, told } = world();
    watched.replaceAll([]);
    meddle({ damage: false });
    look(3);
    expect([state.inspections, told]).to.deep.equal([1, []]);
  });

  it('tells once that it is damaged, and makes sure once more after the repair', () => {
    const { state, watched, look, meddle, told } = world();
    watched.replaceAll([]);
    meddle();
    look(3);
    expect(told).to.have.length(1);
    watched.repair();
    look(3);
    expect([state.inspections, told.length]).to.deep.equal([2, 1]);
  });

  it('finds what was damaged while it was repaired', () => {
    const { watched, look, meddle, told } = world();
    watched.replaceAll([]);
    meddle();
    look();
    watched.repair();
    meddle();
    watched.install([]);
    look();
    expect(told).to.have.length(2);
  });

  it('does not take a change of our own for a foreign one, nor a foreign one for our own', () => {
    const { watched, look, meddle, told } = world();
    watched.replaceAll([]);
    meddle();
    watched.install([]);
    look();
    expect(told).to.have.length(1);
  });

  it('tries again after a while when the tables can’t be read', () => {
    const { state, watched, look, meddle, told, log } = world();
    watched.replaceAll([]);
    meddle();
    state.failures = 1;
    look(5);
    expect([told.length, log.length, state.inspections]).to.deep.equal([0, 1, 1]);
    look(10);
    expect(told).to.have.length(1);
  });

  it('looks by itself, in time, until it is let go', async () => {
    const { watched, meddle, told } = world();
    watched.replaceAll([]);
    using watch = watched.watch((by) => void told.push(by));
    meddle();
    await eventually(() => expect(told).to.have.length(1));
    watch[Symbol.dispose]();
    meddle();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(told).to.have.length(1);
  });

  it('closes the stamp', () => {
    const { watched, state } = world();
    watched[Symbol.dispose]();
    expect(state.isOpen).to.equal(false);
  });
});
