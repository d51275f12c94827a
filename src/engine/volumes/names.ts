import { createHash } from 'node:crypto';

/**
 * What a volume's record is kept under: its name, or where that can't be a file's name (plugins may call theirs
 * anything) a digest of it, which is no local volume's name.
 */
export function recordKey(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$/.test(name) && !name.startsWith(digested)) return name;
  return digested + createHash('sha256').update(name).digest('hex');
}

const digested = 'sha256-';
