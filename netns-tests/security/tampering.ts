import type { Lab } from '../endpoints/lab.js';
import { run } from '../world/command.js';

/**
 * Shows that a test can fail: `work` runs while the rules that match are missing, and the daemon, held still, can't
 * put them back. Afterwards the rules are as they were.
 * @throws Error if there is no such rule
 */
export async function without(
  { world: { host }, daemon }: Lab,
  rules: RegExp,
  work: () => Promise<void>,
): Promise<void> {
  daemon.hold('SIGSTOP');
  try {
    const saved = await host.must('nft list ruleset');
    const deletions = deletionsOf(await host.must('nft -a list ruleset'), rules);
    if (deletions.length === 0) throw new Error(`there is no rule that matches ${rules}`);
    try {
      await load(host.path, deletions.join('\n'));
      await work();
    } finally {
      await load(host.path, `flush ruleset\n${saved}`);
    }
  } finally {
    daemon.hold('SIGCONT');
  }
}

/** Loads nft text in a namespace. */
export async function load(path: string, script: string): Promise<void> {
  const argv = ['nsenter', `--net=${path}`, 'nft', '-f', '-'];
  const { code, stderr } = await run(argv, { input: `${script}\n` });
  if (code !== 0) throw new Error(stderr);
}

/** Commands that delete each rule whose text matches. */
function deletionsOf(listing: string, rules: RegExp): string[] {
  const at = { table: '', chain: '' };
  return listing.split('\n').flatMap((line) => {
    const table = /^table (\S+ \S+) \{/.exec(line)?.[1];
    if (table !== undefined) at.table = table;
    const chain = /^\tchain (\S+) \{/.exec(line)?.[1];
    if (chain !== undefined) at.chain = chain;
    const handle = /^\t\t.* # handle (\d+)$/.exec(line)?.[1];
    if (handle === undefined || !rules.test(line)) return [];
    return [`delete rule ${at.table} ${at.chain} handle ${handle}`];
  });
}
