import { InvalidParameter } from '../errors.js';

/** Records of a PAX extended header. Values are bytes: those of `SCHILY.xattr.*` need not be text. */
export type PaxRecords = ReadonlyMap<string, Buffer>;

/** Where tar programs put extended attributes. */
export const xattrPrefix = 'SCHILY.xattr.';

/** Records of a map of a sparse file: in its first form there is a pair of them for each part. */
const offsetKey = 'GNU.sparse.offset';
const sizeKey = 'GNU.sparse.numbytes';
/** The same in one record, with commas: its second form. */
export const sparseMapKey = 'GNU.sparse.map';

/**
 * Decodes records of the form `<length> <key>=<value>\n`, where the length counts itself. Of several of one key the last one
 * counts; those of a sparse file's map are given as one, {@link sparseMapKey}. @throws InvalidParameter
 */
export function decodePax(content: Buffer): PaxRecords {
  const records = new Map<string, Buffer>();
  const map: Buffer[] = [];
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
    const key = content.toString('utf8', space + 1, equals);
    const value = content.subarray(equals + 1, end - 1);
    if (key === offsetKey || key === sizeKey) map.push(inTurn(map, key, value));
    else records.set(key, value);
    at = end;
  }
  if (map.length > 0) records.set(sparseMapKey, Buffer.from(map.join(',')));
  return records;
}

function inTurn(before: readonly Buffer[], key: string, value: Buffer): Buffer {
  if (key === (before.length % 2 === 0 ? offsetKey : sizeKey)) return value;
  throw new InvalidParameter('damaged tar archive: a bad map of a sparse file');
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
