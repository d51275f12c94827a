import { expect } from 'chai';
import { Conflict, System } from '../../base/errors.js';
import { freezeGroup } from './freezing.js';

/** A freezer of v1, which needs several goes: states that it is in after each of them. */
class FakeFreezer {
  readonly written: boolean[] = [];
  isGone = false;
  readonly #goes: number;

  constructor(goes: number) {
    this.#goes = goes;
  }

  freeze(_path: string, frozen: boolean): void {
    if (this.isGone) throw Object.assign(new Error('no such group'), { code: 'ENOENT' });
    this.written.push(frozen);
  }

  isFrozen(): boolean {
    return this.written.at(-1) === true && this.written.length >= this.#goes;
  }
}

describe('freezing the group of a container', () => {
  const group = { id: 'web', cgroupsPath: '/tsnet/web', isDoomed: () => false };
  const failure = (work: Promise<void>) =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('goes on until all stand still', async () => {
    const freezer = new FakeFreezer(3);
    await freezeGroup(freezer, group);
    expect(freezer.written).to.deep.equal([true, true, true]);
  });

  it('gives up in the end, and lets them run', async () => {
    const freezer = new FakeFreezer(Number.POSITIVE_INFINITY);
    expect(await failure(freezeGroup(freezer, group))).to.be.instanceOf(System);
    expect(freezer.written.at(-1)).to.equal(false);
  }).timeout(20_000);

  it('lets one run that is killed meanwhile, as nothing frozen dies', async () => {
    const freezer = new FakeFreezer(Number.POSITIVE_INFINITY);
    const isDoomed = () => freezer.written.length > 2;
    expect(await failure(freezeGroup(freezer, { ...group, isDoomed }))).to.be.instanceOf(Conflict);
    expect(freezer.written).to.deep.equal([true, true, true, false]);
  });

  it('finds out that it has ended', async () => {
    const freezer = new FakeFreezer(2);
    const frozen = failure(freezeGroup(freezer, group));
    freezer.isGone = true;
    expect(await frozen).to.be.instanceOf(Conflict);
  });
});
