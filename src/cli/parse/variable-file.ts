import { isUtf8 } from 'node:buffer';
import { readBytes } from './user-file.js';

const lineEnd = 0x0a;

/** `NAME=value` or `NAME` of each line of `--env-file` and `--label-file`; empty lines and comments are left out. @throws Error in Docker's words */
export function readVariables(file: string): string[] {
  return parseVariables(readBytes(file), file);
}

/** The same of what is in the file. @throws Error */
export function parseVariables(bytes: Buffer, file: string): string[] {
  const refuse = (problem: string) => new Error(`invalid env file (${file}): ${problem}`);
  return cutLines(bytes).flatMap((raw, i) => {
    if (!isUtf8(raw)) throw refuse(`invalid utf8 bytes at line ${i + 1}: [${[...raw].join(' ')}]`);
    const text = raw.toString().replace(/\r$/, '');
    const line = (i === 0 ? text.replace(/^\u{feff}/u, '') : text).trimStart();
    if (line === '' || line.startsWith('#')) return [];
    const [name = ''] = line.split('=', 1);
    if (name === '') throw refuse(`no variable name on line '${line}'`);
    if (/[ \t]/.test(name)) throw refuse(`variable '${name}' contains whitespaces`);
    return [line];
  });
}

function cutLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(lineEnd); at >= 0; at = bytes.indexOf(lineEnd, from)) {
    lines.push(bytes.subarray(from, at));
    from = at + 1;
  }
  return [...lines, bytes.subarray(from)];
}
