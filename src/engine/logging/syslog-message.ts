import type { LogRecord } from './log-lines.js';
import { formatLogTime } from './log-times.js';
import type { SyslogFormat } from './syslog-options.js';

/** What all messages of a container have in common. */
export interface SyslogOrigin {
  readonly format: SyslogFormat;
  readonly facility: number;
  readonly hostname: string;
  readonly tag: string;
  /** Of the daemon. */
  readonly pid: number;
  /** Whether messages go with their length before them (RFC 5425), not with a newline behind them. */
  readonly counted: boolean;
}

/** RFC 5424, 6.2.1. */
const severities = { stdout: 6, stderr: 3 } as const;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Writes a line as a message; undefined for an empty one, which is not sent. */
export function syslogMessage(origin: SyslogOrigin, record: LogRecord): Buffer | undefined {
  const { data, isPartial } = record;
  const content = isPartial ? data : data.subarray(0, -1);
  if (content.length === 0) return undefined;
  const head = Buffer.from(headOf(origin, record));
  if (!origin.counted) return Buffer.concat([head, content, Buffer.of(0x0a)]);
  return Buffer.concat([Buffer.from(`${head.length + content.length} `), head, content]);
}

function headOf(origin: SyslogOrigin, { stream, time }: LogRecord): string {
  const { format, facility, hostname, tag, pid } = origin;
  const priority = `<${facility * 8 + severities[stream]}>`;
  const utc = formatLogTime(time);
  if (format === 'rfc5424' || format === 'rfc5424micro') {
    const digits = format === 'rfc5424' ? '' : utc.slice(19, 26);
    return `${priority}1 ${utc.slice(0, 19)}${digits}Z ${hostname} ${tag} ${pid} ${tag} - `;
  }
  const host = format === 'rfc3164' ? `${hostname} ` : '';
  return `${priority}${stamp(new Date(utc))} ${host}${tag}[${pid}]: `;
}

/** `Jan _2 15:04:05` in local time: RFC 3164, 4.1.2. */
function stamp(date: Date): string {
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()];
  const time = clock.map((part) => String(part).padStart(2, '0')).join(':');
  return `${months[date.getMonth()]} ${String(date.getDate()).padStart(2)} ${time}`;
}
