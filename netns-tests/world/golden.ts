import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';

/**
 * Compares text with a file; `UPDATE_GOLDEN=1` writes the file instead. `path` is relative to the root of the
 * repository, where tests are run from.
 */
export function expectGolden(path: string, text: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return;
  }
  expect(text, path).to.equal(existsSync(path) ? readFileSync(path, 'utf8') : '(no such file)');
}
