import type { IptablesRule, IptablesTable } from '../../../native/iptables-wrapper/model.js';

/** A rule by its words as on the command line, split at spaces: no value in it may hold one. */
export function rule(
  table: IptablesTable,
  chain: string,
  match: string,
  target: string,
  more: Pick<IptablesRule, 'comment' | 'at'> = {},
): IptablesRule {
  return { table, chain, match: words(match), target: words(target), ...more };
}

function words(text: string): string[] {
  return text.split(' ').filter(Boolean);
}
