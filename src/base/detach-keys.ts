/** Docker's own. */
export const defaultDetachKeys = 'ctrl-p,ctrl-q';

const controlSigns: Readonly<Record<string, number>> = {
  '@': 0,
  '[': 27,
  '\\': 28,
  ']': 29,
  '^': 30,
  _: 31,
};

/** Bytes of `ctrl-p,ctrl-q` or `a,b`. @throws Error if a key isn't one */
export function detachKeyBytes(text: string): number[] {
  return text.split(',').map((key) => {
    if (key.length === 1) return key.charCodeAt(0);
    const sign = /^ctrl-(.)$/.exec(key)?.[1];
    if (sign !== undefined && /[a-z]/.test(sign)) return sign.charCodeAt(0) - 96;
    const control = sign === undefined ? undefined : controlSigns[sign];
    if (control === undefined) throw new Error(`Unknown character: '${key}'`);
    return control;
  });
}

/** Looks for the detach keys in what the user types. Keys that might begin them are held back until it is clear. */
export class DetachWatch {
  readonly #keys: readonly number[];
  #matched = 0;

  /** Undefined watches for nothing; '' for the default. */
  constructor(keys: string | undefined) {
    this.#keys = keys === undefined ? [] : detachKeyBytes(keys || defaultDetachKeys);
  }

  /** What may be passed on, and whether the user has detached. */
  push(data: Buffer): { pass: Buffer; detach: boolean } {
    if (this.#keys.length === 0) return { pass: data, detach: false };
    const pass: number[] = [];
    for (const byte of data) {
      if (byte !== this.#keys[this.#matched]) {
        pass.push(...this.#keys.slice(0, this.#matched));
        this.#matched = 0;
      }
      if (byte === this.#keys[this.#matched]) this.#matched++;
      else pass.push(byte);
      if (this.#matched === this.#keys.length) return { pass: Buffer.from(pass), detach: true };
    }
    return { pass: Buffer.from(pass), detach: false };
  }
}
