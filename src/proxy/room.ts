/**
 * Room for so many flows, of which parts may be given out, and parts of those. A part may have no more than what is
 * left over beside it (a dynamic threshold, Choudhury and Hahne 1998): whoever is alone gets half, two a third each,
 * and there is always some left for the next.
 */
export class Room {
  readonly #most: number;
  readonly #whole: Room | undefined;
  /** Who waits for room, with where they want it. Only of the whole. */
  readonly #waiting = new Map<() => void, Room>();
  #isTelling = false;
  #taken = 0;

  private constructor(most: number, whole: Room | undefined) {
    this.#most = most;
    this.#whole = whole;
  }

  /** Room that is no part of another. */
  static of(most: number): Room {
    return new Room(most, undefined);
  }

  /** A part that is bounded by its whole, and by `most` if that is given. */
  part(most: number = this.#most): Room {
    return new Room(most, this);
  }

  /** Whether one more flow may begin here. */
  get isLeft(): boolean {
    return this.#left > 0;
  }

  /** A flow has begun here. */
  take(): void {
    this.#taken++;
    this.#whole?.take();
  }

  /** A flow that was counted is over. */
  giveBack(): void {
    this.#taken--;
    if (this.#whole) this.#whole.giveBack();
    else this.#tellSoon();
  }

  /** Calls `resume` once, when there is room here again. */
  whenLeft(resume: () => void, where: Room = this): void {
    if (this.#whole) this.#whole.whenLeft(resume, where);
    else this.#waiting.set(resume, where);
  }

  get #left(): number {
    const own = this.#most - this.#taken;
    return this.#whole ? Math.min(own, this.#whole.#left - this.#taken) : own;
  }

  /** Once for all that end together. */
  #tellSoon(): void {
    if (this.#isTelling || this.#waiting.size === 0) return;
    this.#isTelling = true;
    setImmediate(() => {
      this.#isTelling = false;
      for (const [resume, where] of this.#waiting) {
        if (!where.isLeft) continue;
        this.#waiting.delete(resume);
        resume();
      }
    });
  }
}
