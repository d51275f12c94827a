import { InvalidParameter } from '../../../base/errors.js';

/** What a local volume is a mount of. */
export interface LocalMount {
  /** File system, or `none` for a bind. */
  readonly type: string;
  readonly device: string;
  /** As for mount(8): `addr=10.0.0.1,rw`. */
  readonly options: string;
}

type Options = Readonly<Record<string, string>>;

const known = ['type', 'o', 'device', 'size'];
const needs: Readonly<Record<string, readonly string[]>> = {
  device: ['type'],
  type: ['device'],
  o: ['device', 'type'],
};
/** Sizes as `10G` or `1.5 GB`; without a unit bytes. */
const size = /^(\d+(?:\.\d+)?) ?[kmgtp]?i?b?$/i;

/** @throws InvalidParameter in Docker's words */
export function checkLocalOptions(options: Options | null): void {
  if (options === null) return;
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new InvalidParameter(`invalid option: "${key}"`);
  }
  if (options['size'] !== undefined) refuseSize(options['size']);
  for (const [key, required] of Object.entries(needs)) {
    if (!Object.hasOwn(options, key)) continue;
    const missing = required.find((one) => !Object.hasOwn(options, one));
    if (missing !== undefined) {
      throw new InvalidParameter(`missing required option: "${missing}"`);
    }
  }
  checkShare(options);
}

/** Undefined for a plain folder. */
export function localMount(options: Options | null): LocalMount | undefined {
  const { type = '', device = '', o = '' } = options ?? {};
  return type === '' && device === '' ? undefined : { type, device, options: o };
}

/** Sizes of plain folders would take project quotas, which are not set. A size of 0 is none. */
function refuseSize(text: string): void {
  const [, number] = size.exec(text) ?? [];
  if (number === undefined) throw new InvalidParameter(`invalid size: '${text}'`);
  if (Number(number) > 0) {
    throw new InvalidParameter('quota size requested but no quota support');
  }
}

function checkShare({ type, device = '' }: Options): void {
  if (type === 'cifs' && /^[^/]*\/\/[^/]*:\d+(\/|$)/.test(device)) {
    throw new InvalidParameter("port not allowed in CIFS device URL, include 'port' in 'o='");
  }
}
