import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { needsRoot } from '../world/root.js';
import { type Command, type Listing, listingsOf, rewritten, trimmed } from './markdown.js';
import { Stage } from './stage.js';

/*
 * The listings in the documents are what a daemon and a kernel say. In a block `console`, `$ ` is typed on the
 * host, `outside$ ` and `neighbour$ ` on other machines of its LAN, and the rest is what appears. A comment
 * before a block says what it needs, `<!-- listing: WISH; WISH -->`:
 *
 *   daemon FLAGS       from here on a new world, and a daemon with these flags
 *   fresh              without the containers and networks of the listings before
 *   needs KIND         only where the kernel has links of this kind; `needs no KIND`: only where it has none
 *   with PROGRAM       only where this program is installed, such as dig
 *   not run: REASON    not typed at all, because of the reason
 *
 * `UPDATE_GOLDEN=1` writes what appears into the documents.
 */

/** How long a command may be repeated until it says what is expected: a carrier is seen after a second. */
const SETTLE_MS = 20_000;

/** Commands that change something are typed once; a container with --rm leaves things as they were. */
const changing =
  /\b(tsnet|docker) (run(?! --rm)|create|rm|start|stop|restart|kill|pause|unpause|update|rename|network (create|rm|connect|disconnect|prune))\b|\bip (-\d )?(route|link|addr) (add|del|set|replace)|\bnft (add|flush|delete|insert)|\bip6?tables( -t \w+)? -[ADFINPX]/;

/** Listings on one daemon, in order. */
interface Setting {
  readonly flags: string;
  readonly listings: Listing[];
}

const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

for (const file of readdirSync('docs').filter((name) => name.endsWith('.md'))) {
  const path = `docs/${file}`;
  const markdown = readFileSync(path, 'utf8');
  const listings = listingsOf(markdown);
  if (listings.length > 0) describe(path, () => listingTests(path, markdown, listings));
}

function listingTests(path: string, markdown: string, listings: readonly Listing[]): void {
  before(needsRoot);
  const outputs = new Map<Listing, string[][]>();
  for (const setting of settingsOf(listings)) {
    describe(`tsnetd ${setting.flags}`.trim(), () => {
      const holder: { stage?: Stage } = {};
      before(async () => {
        holder.stage = await Stage.set(setting.flags.split(' ').filter(Boolean));
      });
      after(() => holder.stage?.[Symbol.asyncDispose]());
      for (const listing of setting.listings) {
        it(`${path}:${listing.line}: ${titleOf(listing)}`, async function () {
          if (isUpdate) this.timeout(300_000);
          const found = await appears(holder.stage, listing);
          if (!found) return this.skip();
          outputs.set(listing, found);
          if (!isUpdate) compare(path, listing, found);
        });
      }
    });
  }
  after(() => {
    if (isUpdate) writeFileSync(path, updated(markdown, listings, outputs));
  });
}

function settingsOf(listings: readonly Listing[]): Setting[] {
  const settings: Setting[] = [];
  for (const listing of listings) {
    const flags = wish(listing, 'daemon');
    if (settings.length === 0 || flags !== undefined) {
      settings.push({ flags: flags ?? '', listings: [] });
    }
    settings.at(-1)?.listings.push(listing);
  }
  return settings;
}

/** The first line of the first command. */
function titleOf({ commands }: Listing): string {
  return commands[0]?.text.split('\n')[0] ?? 'nothing';
}

/** What stands behind a word in the wishes; undefined without the word. */
function wish({ wishes }: Listing, word: string): string | undefined {
  const found = wishes.find((each) => each === word || each.startsWith(`${word} `));
  return found?.slice(word.length + 1);
}

/** The outputs of a listing's commands; undefined if they can't be typed here. */
async function appears(
  stage: Stage | undefined,
  listing: Listing,
): Promise<string[][] | undefined> {
  if (!stage || !(await isPossible(stage, listing))) return undefined;
  const outputs: string[][] = [];
  for (const command of listing.commands) outputs.push(await settled(stage, command));
  return outputs;
}

async function isPossible(stage: Stage, listing: Listing): Promise<boolean> {
  if (wish(listing, 'not run:') !== undefined) return false;
  if (wish(listing, 'fresh') !== undefined) await stage.clear();
  const program = wish(listing, 'with');
  if (program !== undefined && !(await stage.hasProgram(program))) return false;
  const needs = wish(listing, 'needs');
  if (needs === undefined) return true;
  const [kind = '', not] = needs.split(' ').toReversed();
  return (await stage.hasLinks(kind)) === (not !== 'no');
}

/** Types a command until it says what is expected; when updating, until it says the same for a second. */
async function settled(stage: Stage, { where, text, output }: Command): Promise<string[]> {
  const type = async () => trimmed((await stage.type(where, text)).split('\n'));
  const deadline = performance.now() + SETTLE_MS;
  let said = await type();
  while (!changing.test(text) && !isSame(said, output) && performance.now() < deadline) {
    await delay(isUpdate ? 1_100 : 100);
    const again = await type();
    if (isUpdate && isSame(again, said)) break;
    said = again;
  }
  return said;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.join('\n') === other.join('\n');
}

/** Fails with both texts and the place of the first difference. */
function compare(path: string, { commands }: Listing, found: readonly (readonly string[])[]): void {
  const wrong = commands.findIndex(({ output }, at) => !isSame(output, found[at] ?? []));
  const command = commands[wrong];
  if (!command) return;
  const lines = found[wrong] ?? [];
  const at = command.output.findIndex((line, number) => line !== lines[number]);
  const line = command.to + 1 + (at < 0 ? command.output.length : at);
  const whole = (outputs: readonly (readonly string[])[]) =>
    commands.flatMap(({ text }, number) => [`$ ${text}`, ...(outputs[number] ?? [])]).join('\n');
  const expected = whole(commands.map(({ output }) => output));
  expect(whole(found), `${path}:${line}`).to.equal(expected);
}

function updated(
  markdown: string,
  listings: readonly Listing[],
  outputs: ReadonlyMap<Listing, readonly (readonly string[])[]>,
): string {
  const lines = markdown.split('\n');
  for (const listing of listings.toReversed()) {
    const found = outputs.get(listing);
    if (found)
      lines.splice(listing.line, listing.end - listing.line, ...rewritten(lines, listing, found));
  }
  return lines.join('\n');
}
