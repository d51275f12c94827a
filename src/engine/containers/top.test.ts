import { expect } from 'chai';
import { Conflict, System } from '../../base/errors.js';
import { FakeContext, rejection } from './fake-context.js';
import { startContainer } from './start.js';
import { parsePs, procTop, topContainer } from './top.js';

const output = `UID          PID    PPID CMD
root           1       0 /sbin/init
www          101       1 httpd -f -p 80
www         1101     101 sh -c  sleep 1

`;

describe('parsePs', () => {
  it('keeps the lines of the pids; the last column takes the rest', () => {
    expect(parsePs(output, new Set([101, 1101]))).to.deep.equal({
      Titles: ['UID', 'PID', 'PPID', 'CMD'],
      Processes: [
        ['www', '101', '1', 'httpd -f -p 80'],
        ['www', '1101', '101', 'sh -c sleep 1'],
      ],
    });
  });

  for (const text of ['', 'UID CMD\nroot init\n']) {
    it(`wants a PID column: ${JSON.stringify(text)}`, () =>
      expect(() => parsePs(text, new Set([1]))).to.throw(System, "couldn't find PID field"));
  }
});

describe('topContainer', () => {
  it('asks ps with the arguments given, or -ef', async () => {
    using world = new FakeContext();
    const web = await world.create('web');
    const asked: (readonly string[])[] = [];
    const runPs = async (args: readonly string[]) => {
      asked.push(args);
      return output;
    };
    expect(await rejection(topContainer(world, web, '', runPs))).to.be.instanceOf(Conflict);
    await startContainer(world, web);
    expect((await topContainer(world, web, '', runPs)).Processes).to.have.length(2);
    await topContainer(world, web, ' -o  pid,cmd ', runPs);
    expect(asked).to.deep.equal([['-ef'], ['-o', 'pid,cmd']]);
  });
});

describe('procTop', () => {
  it('reads pid, parent and command line', async () => {
    const { Titles, Processes } = await procTop([process.pid]);
    expect(Titles).to.deep.equal(['PID', 'PPID', 'CMD']);
    expect(Processes[0]?.slice(0, 2)).to.deep.equal([String(process.pid), String(process.ppid)]);
    expect(Processes[0]?.[2]).to.contain('node');
  });
});
