import { expect } from 'chai';
import { Iptables } from './apply.js';
import { IptablesError } from './error.js';
import { exampleGroup, exampleSave } from './example.js';
import { renderAdd, renderDelete } from './render.js';
import { runTool, type ToolCall, type ToolResult } from './tool.js';

const fine: ToolResult = { status: 0, stdout: '', stderr: '' };

/** Answers in order, then always well, and remembers what it was asked. */
function fakeTool(...answers: ToolResult[]) {
  const calls: ToolCall[] = [];
  const run = async (call: ToolCall) => {
    calls.push(call);
    return answers[calls.length - 1] ?? fine;
  };
  return { run, calls };
}

async function caught(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

describe('iptables-wrapper: Iptables', () => {
  it('adds by one batch', async () => {
    const { run, calls } = fakeTool();
    await new Iptables({ run }).add([exampleGroup]);
    expect(calls).to.deep.equal([
      {
        command: ['iptables-restore', '--noflush', '--wait', '10'],
        input: renderAdd([exampleGroup]),
        timeoutMs: 70_000,
      },
    ]);
  });

  it('runs the tool of its family and variant, behind a prefix', async () => {
    const { run, calls } = fakeTool();
    const prefix = ['nsenter', '--net=/x'];
    await new Iptables({ run, family: 6, variant: 'legacy', prefix }).save();
    expect(calls[0]?.command).to.deep.equal([...prefix, 'ip6tables-legacy-save']);
  });

  it('does not run for nothing', async () => {
    const { run, calls } = fakeTool();
    await new Iptables({ run }).add([]);
    await new Iptables({ run }).remove([]);
    expect(calls).to.deep.equal([]);
  });

  const failures: [string, string, string | undefined][] = [
    ['the kernel', 'iptables-restore: line 2 failed: No chain by that name.', ':TSNET - [0:0]'],
    ['the parser', 'unknown option\nError occurred at line: 2\nTry --help', ':TSNET - [0:0]'],
    ['the lock', 'Another app is currently holding the xtables lock', undefined],
  ];
  for (const [who, stderr, batchLine] of failures) {
    it(`says what ${who} said`, async () => {
      const { run } = fakeTool({ status: 4, stdout: '', stderr });
      const error = await caught(new Iptables({ run }).add([exampleGroup]));
      expect(error).to.be.instanceOf(IptablesError);
      expect(error).to.include({ status: 4, text: stderr, batchLine });
      expect(String(error)).to.include(`iptables-restore: ${stderr}`);
    });
  }

  it('removes what is left when some is gone', async () => {
    const refused = { status: 1, stdout: '', stderr: 'line 2 failed: Bad rule' };
    const left = exampleSave
      .split('\n')
      .filter((line) => !line.includes('MASQUERADE') && !line.includes('TSNET-FORWARD'))
      .join('\n');
    const { run, calls } = fakeTool(refused, { ...fine, stdout: left });
    await new Iptables({ run }).remove([exampleGroup]);
    expect(calls.map(({ command }) => command[0])).to.deep.equal([
      'iptables-restore',
      'iptables-save',
      'iptables-restore',
    ]);
    expect(calls[0]?.input).to.equal(renderDelete([exampleGroup]));
    expect(calls[2]?.input).to.equal(`*nat
-D PREROUTING -m addrtype --dst-type LOCAL -m comment --comment network/4f1a -j TSNET
-F TSNET
-X TSNET
COMMIT
`);
  });
});

describe('iptables-wrapper: runTool', () => {
  it('hands over input, both outputs and the status', async () => {
    const command = ['sh', '-c', 'cat; echo no >&2; exit 3'];
    expect(await runTool({ command, input: 'in', timeoutMs: 5000 })).to.deep.equal({
      status: 3,
      stdout: 'in',
      stderr: 'no\n',
    });
  });

  it('ends a tool that takes too long', async () => {
    const result = await runTool({ command: ['sleep', '60'], input: '', timeoutMs: 50 });
    expect(result.status).to.equal(undefined);
  });

  it('rejects when there is no such tool', async () => {
    const error = await caught(runTool({ command: ['/nowhere'], input: '', timeoutMs: 50 }));
    expect(error).to.have.property('code', 'ENOENT');
  });
});
