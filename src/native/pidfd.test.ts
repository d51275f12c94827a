import { expect } from 'chai';
import { openProcess, parseStartTime, processStartTime, signalProcess } from './pidfd.js';

const noSuchPid = 2 ** 22 + 1;

describe('parseStartTime', () => {
  it('reads field 22 behind a name with parentheses and spaces', () => {
    const fields = Array.from({ length: 50 }, (_, i) => String(i + 3));
    expect(parseStartTime(`42 (a) b (c)) ${fields.join(' ')}`)).to.equal(22n);
  });
});

describe('processStartTime', () => {
  it('is stable, and undefined for no process', () => {
    expect(processStartTime(process.pid)).to.be.a('bigint');
    expect(processStartTime(process.pid)).to.equal(processStartTime(process.pid));
    expect(processStartTime(noSuchPid)).to.equal(undefined);
  });
});

describe('signalProcess', () => {
  it('finds a process by pid and start time', () => {
    const startTime = processStartTime(process.pid);
    expect(startTime).to.not.equal(undefined);
    if (startTime === undefined) return;
    expect(signalProcess({ pid: process.pid, startTime }, 0)).to.equal(true);
    expect(signalProcess({ pid: process.pid, startTime: startTime - 1n }, 0)).to.equal(false);
  });

  it('says false when there is no process', () => {
    expect(signalProcess({ pid: noSuchPid }, 0)).to.equal(false);
    expect(openProcess({ pid: noSuchPid })).to.equal(undefined);
  });
});
