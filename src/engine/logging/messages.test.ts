import { expect } from 'chai';
import { journalEntry, journalFields } from './journald.js';
import type { LogRecord } from './log-lines.js';
import type { LogSubject } from './subject.js';
import { type SyslogOrigin, syslogMessage } from './syslog-message.js';

const line = (text: string, over: Partial<LogRecord> = {}): LogRecord => ({
  time: '2026-01-02T03:04:05.123456789+00:00',
  stream: 'stdout',
  isPartial: false,
  data: Buffer.from(`${text}\n`),
  ...over,
});

describe('syslogMessage', () => {
  const origin: SyslogOrigin = {
    format: 'rfc5424',
    facility: 3,
    hostname: 'box',
    tag: 'web',
    pid: 7,
    counted: false,
  };
  const date = new Date('2026-01-02T03:04:05Z');
  const clock = date.toTimeString().slice(0, 8);
  const stamp = `Jan ${String(date.getDate()).padStart(2)} ${clock}`;
  const table: [what: string, over: Partial<SyslogOrigin>, record: LogRecord, text: string][] = [
    ['rfc5424', {}, line('hi'), '<30>1 2026-01-02T03:04:05Z box web 7 web - hi\n'],
    [
      'errors, with microseconds',
      { format: 'rfc5424micro' },
      line('hi', { stream: 'stderr' }),
      '<27>1 2026-01-02T03:04:05.123456Z box web 7 web - hi\n',
    ],
    ['rfc3164', { format: 'rfc3164', facility: 16 }, line('hi'), `<134>${stamp} box web[7]: hi\n`],
    ['the usual', { format: '' }, line('hi'), `<30>${stamp} web[7]: hi\n`],
    [
      'with its length',
      { counted: true },
      line('hi'),
      '45 <30>1 2026-01-02T03:04:05Z box web 7 web - hi',
    ],
    [
      'a part of a line',
      {},
      line('', { isPartial: true, data: Buffer.from('hal') }),
      '<30>1 2026-01-02T03:04:05Z box web 7 web - hal\n',
    ],
  ];
  for (const [what, over, record, text] of table) {
    it(what, () => expect(String(syslogMessage({ ...origin, ...over }, record))).to.equal(text));
  }
  it('is none for an empty line', () =>
    expect(syslogMessage(origin, line(''))).to.equal(undefined));
});

describe('journalEntry', () => {
  const subject: LogSubject = {
    id: 'ab'.repeat(32),
    name: 'web',
    imageId: 'sha256:1',
    imageName: 'nginx:1',
    args: [],
    env: [],
    labels: { 'com.x-y': 'two\nlines' },
    hostname: 'box',
  };

  it('has Docker’s fields, and those of two lines with their length', () => {
    const entry = journalEntry(journalFields({ labels: 'com.x-y' }, subject), line('hi'));
    expect(entry.toString('latin1')).to.equal(
      [
        'PRIORITY=6',
        'MESSAGE=hi',
        'SYSLOG_TIMESTAMP=2026-01-02T03:04:05.123456789Z',
        'CONTAINER_ID=abababababab',
        `CONTAINER_ID_FULL=${subject.id}`,
        'CONTAINER_NAME=web',
        'CONTAINER_TAG=abababababab',
        'IMAGE_NAME=nginx:1',
        'SYSLOG_IDENTIFIER=abababababab',
        'COM_X_Y\n\t\0\0\0\0\0\0\0two\nlines',
        '',
      ].join('\n'),
    );
  });

  it('says that a line is not whole', () => {
    const record = line('', { isPartial: true, data: Buffer.from('hal'), stream: 'stderr' });
    const text = String(journalEntry(new Map(), record));
    expect(text)
      .to.contain('PRIORITY=3\nMESSAGE=hal\n')
      .and.contain('CONTAINER_PARTIAL_MESSAGE=true');
  });
});
