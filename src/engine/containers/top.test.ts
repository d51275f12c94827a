import { expect } from 'chai';
import { Conflict, System } from '../../base/errors.js';
import { FakeContext, rejection } from './fake-context.js';
import { startContainer } from './start.js';
import { type PsResult, parsePs, topContainer } from './top.js';

const output = `UID          PID    PPID CMD
root           1       0 /sbin/init
www          101       1 httpd -f -p 80
www            -       - thread of httpd
root           2       0 other
root           -       - thread of other
www         1101     101 sh -c  sleep 1

`;

describe('parsePs', () => {
  it('keeps the lines of the pids and of their threads; the last column takes the rest', () => {
    expect(parsePs(output, new Set([101, 1101]))).to.deep.equal({
      Titles: ['UID', 'PID', 'PPID', 'CMD'],
      Processes: [
        ['www', '101', '1', 'httpd -f -p 80'],
        ['www', '-', '-', 'thread of httpd'],
        ['www', '1101', '101', 'sh -c sleep 1'],
      ],
    });
  });

  const bad: [output: string, message: string][] = [
    ['', "Couldn't find PID field in ps output"],
    ['UID CMD\nroot init\n', "Couldn't find PID field in ps output"],
    ['PID CMD\nx init\n', 'Unexpected pid \'x\': strconv.Atoi: parsing "x": invalid syntax'],
  ];
  for (const [text, message] of bad) {
    it(message, () => expect(() => parsePs(text, new Set([1]))).to.throw(System, message));
  }
});

describe('topContainer', () => {
  const setting = async () => {
    const world = new FakeContext();
    return { world, web: await world.create('web') };
  };
  const answer = (code: number, stdout: string, stderr = ''): PsResult => ({
    code,
    stdout,
    stderr,
  });

  it('asks ps for the container’s pids, with the arguments given or -ef', async () => {
    const { world, web } = await setting();
    using _ = world;
    const asked: (readonly string[])[] = [];
    const runPs = async (args: readonly string[]) => {
      asked.push(args);
      return answer(0, output);
    };
    expect(await rejection(topContainer(world, web, '', runPs))).to.be.instanceOf(Conflict);
    await startContainer(world, web);
    const pids = (await world.launcher.pids(web.id)).join(',');
    await topContainer(world, web, '', runPs);
    await topContainer(world, web, '-o pid,cmd', runPs);
    expect(asked).to.deep.equal([
      ['-ef', `-q${pids}`],
      ['-o', 'pid,cmd', `-q${pids}`],
    ]);
    expect(world.events.filter(({ action }) => action === 'top')).to.have.length(2);
  });

  it('asks for all where the option does not go with pids', async () => {
    const { world, web } = await setting();
    using _ = world;
    await startContainer(world, web);
    const runPs = async (args: readonly string[]) =>
      args.length > 1 ? answer(1, '', 'error: conflict\n') : answer(0, output);
    expect((await topContainer(world, web, 'f', runPs)).Titles).to.have.length(4);
  });

  const refused: [args: string, message: string][] = [
    ['--nope', 'ps: error: unknown gnu long option'],
    ['-eo foo=PID,pid', 'specifying "foo=PID,pid" is not allowed'],
  ];
  for (const [args, message] of refused) {
    it(message, async () => {
      const { world, web } = await setting();
      using _ = world;
      await startContainer(world, web);
      const runPs = async () => answer(1, '', 'error: unknown gnu long option\n\nUsage:');
      const error = await rejection(topContainer(world, web, args, runPs));
      expect(error).to.be.instanceOf(System);
      expect(error.message).to.equal(message);
    });
  }
});
