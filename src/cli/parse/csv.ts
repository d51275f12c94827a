/** Fields between commas; a field in double quotes may have commas of its own, and two quotes stand for one (RFC 4180). */
export function parseCsv(line: string): string[] {
  if (line === '') return [];
  const fields: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/y;
  while (pattern.lastIndex <= line.length) {
    const match = pattern.exec(line);
    if (!match) throw new Error(`parse error on line 1: bare " in non-quoted field`);
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (!match[0].endsWith(',') || pattern.lastIndex > line.length) break;
  }
  return fields;
}
