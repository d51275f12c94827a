import { System } from '../../base/errors.js';

/** nft refused a script; nothing of it was applied. */
export class NftError extends System {
  /** Everything that nft said, with its caret lines. */
  readonly text: string;
  /** The line of the script that nft complained about, if it named one. */
  readonly scriptLine: string | undefined;

  constructor(text: string, script: string) {
    const scriptLine = lineOf(text, script);
    super(
      `nftables: ${firstErrorOf(text)}${scriptLine === undefined ? '' : ` in: ${cut(scriptLine)}`}`,
    );
    this.text = text;
    this.scriptLine = scriptLine;
  }
}

/** nft places its complaints as `script:LINE:FIRST-LAST: Error: ...`; lines count from 1. */
function lineOf(text: string, script: string): string | undefined {
  const line = /^[^\n:]*:(\d+):[\d-]+: Error/m.exec(text)?.[1];
  return line === undefined ? undefined : script.split('\n')[Number(line) - 1];
}

function firstErrorOf(text: string): string {
  return (/Error: *([^\n]+)/.exec(text)?.[1] ?? text.trim()) || 'no reason given';
}

/** A statement with thousands of elements doesn't belong into a log line. */
function cut(line: string): string {
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}
