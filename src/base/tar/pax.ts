import { InvalidParameter } from '../errors.js';

/** Records of a PAX extended header. Values are bytes: those of `SCHILY.xattr.*` need not be text. */
export type PaxRecords = ReadonlyMap<string, Buffer>;

/** Where tar programs put extended attributes. */
export const xattrPrefix = 'SCHILY.xattr.';

/** Decodes records of the form `<length> <key>=<value>\n`, where the length counts itself. */
export function decodePax(content: Buffer): PaxRecords {
  const records = new Map<string, Buffer>();
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const length = space === -1 ? 0 : Number(content.toString('latin1', at, space));
    const end = at + length;
    const equals = content.indexOf(0x3d, space);
    if (
      !(length > 0 && end <= content.length && content[end - 1] === 0x0a && equals < end) ||
      equals < 0
    )
      throw new InvalidParameter('damaged tar archive: a bad PAX record');
    records.set(content.toString('utf8', space + 1, equals), content.subarray(equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** The reverse of {@link decodePax}. */
export function encodePax(records: PaxRecords): Buffer {
  return Buffer.concat([...records].map(([key, value]) => encodeRecord(key, value)));
}

function encodeRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let length = rest.length;
  while (length !== rest.length + String(length).length)
    length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
