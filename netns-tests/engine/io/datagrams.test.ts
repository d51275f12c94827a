import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openJournald } from '../../../src/engine/logging/journald.js';
import type { LogRecord } from '../../../src/engine/logging/log-lines.js';
import { useSetting } from './setting.js';

const python = '/usr/bin/python3';

/** Hears datagrams on a unix socket, which Node can't, and prints each in hexadecimal. */
const listener = `
import socket, sys
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(sys.argv[1])
print('ready', flush=True)
while True: print('heard ' + heard.recv(65536).hex(), flush=True)
`;

describe('logs by datagrams', () => {
  const setting = useSetting();
  let folder: string;
  before(function () {
    if (!existsSync(python)) this.skip();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'datagrams-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const listen = async () => {
    const path = join(folder, 'sock');
    const process = setting.it.world.host.start([python, '-c', listener, path]);
    await process.waitFor(/ready/);
    const heard = () =>
      [...process.output.matchAll(/heard ([0-9a-f]*)/g)].map(([, hex = '']) =>
        Buffer.from(hex, 'hex').toString(),
      );
    return { path, process, heard };
  };

  it('syslog is told each line in one', async () => {
    const { path, process, heard } = await listen();
    const id = await setting.it.start(
      'echo one; echo two',
      ...['--log-driver', 'syslog', '--log-opt', `syslog-address=unixgram://${path}`],
      ...['--log-opt', 'tag={{.FullID}}'],
    );
    await setting.it.ended(id);
    await process.waitFor(/(heard[\s\S]*){2}/);
    const messages = heard().map((one) => one.replace(/^<30>.{15} /, ''));
    expect(messages).to.have.length(2);
    for (const [at, text] of ['one', 'two'].entries()) {
      expect(messages[at]).to.match(new RegExp(`^${id}\\[\\d+\\]: ${text}\n$`));
    }
    await process.stop();
  });

  it('journald is told each line with its fields', async () => {
    const { path, process, heard } = await listen();
    const subject = {
      ...{ id: 'ab'.repeat(32), name: 'web', imageId: 'sha256:1', imageName: 'nginx' },
      ...{ args: [], env: ['A=1'], labels: {}, hostname: 'box' },
    };
    const record: LogRecord = {
      time: '2026-01-02T03:04:05.123456789+00:00',
      stream: 'stderr',
      isPartial: false,
      data: Buffer.from('hi\n'),
    };
    using sink = openJournald({ env: 'A' }, subject, path);
    await sink.send([record, record]);
    await process.waitFor(/(heard[\s\S]*){2}/);
    expect(heard()[1]?.split('\n')).to.include.members([
      ...['PRIORITY=3', 'MESSAGE=hi', 'CONTAINER_NAME=web', 'A=1'],
    ]);
    await process.stop();
  });
});
