import { InvalidParameter } from '../../base/errors.js';
import type { IdRange } from '../../base/id-mapping.js';

/** A user as the files of subordinate ids may name him: by either. */
export interface SubIdOwner {
  readonly name: string;
  readonly uid: number;
}

/** A line of subuid(5) or subgid(5). */
export interface SubIds {
  readonly owner: string;
  readonly first: number;
  readonly count: number;
}

/** What is taken for a user who has no ids yet, and where the search for them begins (as in useradd(8)). */
const NEW_COUNT = 65_536;
const NEW_FIRST = 100_000;

/** Reads such a file. `path` is for the error. @throws InvalidParameter in Docker's words for lines that are none */
export function parseSubIds(text: string, path: string): SubIds[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, owner, first, count] = /^([^:]*):(\d+):(\d+)$/.exec(line) ?? [];
      if (owner === undefined) {
        throw new InvalidParameter(
          `Cannot parse subuid/gid information: Format not correct for ${path} file`,
        );
      }
      return { owner, first: Number(first), count: Number(count) };
    });
}

/** The ranges of a user, one after the other from 0 on in containers. `path` is for errors. @throws InvalidParameter */
export function idRanges(all: readonly SubIds[], owner: SubIdOwner, path: string): IdRange[] {
  const own = all.filter((one) => isOf(one, owner) && one.count > 0);
  if (own.length === 0) {
    const kind = path.endsWith('gid') ? 'subgid' : 'subuid';
    throw new InvalidParameter(
      `Can't create ID mappings: no ${kind} ranges found for user ${JSON.stringify(owner.name)}: add a line such as ${owner.name}:${firstFree(all)}:${NEW_COUNT} to ${path}`,
    );
  }
  refuseOverlaps(own, path);
  const before = (at: number) => own.slice(0, at).reduce((sum, { count }) => sum + count, 0);
  return own.map(({ first, count }, at) => ({
    containerID: before(at),
    hostID: first,
    size: count,
  }));
}

/** Whether the user has any. */
export function hasSubIds(all: readonly SubIds[], owner: SubIdOwner): boolean {
  return all.some((one) => isOf(one, owner) && one.count > 0);
}

/** The range for a user who has none, in the form of usermod(8): the lowest that is nobody's. */
export function newRange(all: readonly SubIds[]): string {
  const first = firstFree(all);
  return `${first}-${first + NEW_COUNT - 1}`;
}

function isOf({ owner }: SubIds, { name, uid }: SubIdOwner): boolean {
  return owner === name || owner === String(uid);
}

/** The kernel takes no id twice. */
function refuseOverlaps(ranges: readonly SubIds[], path: string): void {
  const sorted = ranges.toSorted((a, b) => a.first - b.first);
  const second = sorted.find(({ first }, at) => {
    const before = sorted[at - 1];
    return before !== undefined && before.first + before.count > first;
  });
  if (second) {
    throw new InvalidParameter(
      `Can't create ID mappings: the ranges of ${second.owner} in ${path} overlap at ${second.first}`,
    );
  }
}

function firstFree(all: readonly SubIds[]): number {
  let first = NEW_FIRST;
  for (const taken of all.toSorted((a, b) => a.first - b.first)) {
    const isClear = taken.first >= first + NEW_COUNT || taken.first + taken.count <= first;
    if (!isClear) first = taken.first + taken.count;
  }
  return first;
}
