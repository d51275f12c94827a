import { parseBytes } from './numbers.js';

/** Docker API: `ThrottleDevice`. */
export interface DeviceRate {
  readonly Path: string;
  readonly Rate: number;
}

/** Docker API: `WeightDevice`. */
export interface DeviceWeight {
  readonly Path: string;
  readonly Weight: number;
}

const RATE_FORMAT = 'The correct format is <device-path>:<number>';
const POSITIVE = 'Number must be a positive integer';

/** `--device-read-bps /dev/sda:1mb`. @throws Error in Docker's words */
export function parseByteRate(text: string): DeviceRate {
  const [Path, rate] = split(text);
  try {
    return { Path, Rate: parseBytes(rate) };
  } catch {
    throw new Error(
      `invalid rate for device: ${text}. ${RATE_FORMAT}[<unit>]. ${POSITIVE}. Unit is optional and can be kb, mb, or gb`,
    );
  }
}

/** `--device-read-iops /dev/sda:1000`. @throws Error in Docker's words */
export function parseOperationRate(text: string): DeviceRate {
  const [Path, rate] = split(text);
  if (/^\d+$/.test(rate)) return { Path, Rate: Number(rate) };
  throw new Error(`invalid rate for device: ${text}. ${RATE_FORMAT}. ${POSITIVE}`);
}

/** `--blkio-weight-device /dev/sda:500`. @throws Error in Docker's words */
export function parseDeviceWeight(text: string): DeviceWeight {
  const [Path, weight] = split(text);
  const Weight = /^\d+$/.test(weight) ? Number(weight) : Number.NaN;
  if (Weight === 0 || (Weight >= 10 && Weight <= 1000)) return { Path, Weight };
  throw new Error(`invalid weight for device: ${text}`);
}

/** `--blkio-weight`: as Go's strconv.ParseUint reads 16 bits. @throws Error in its words */
export function parseWeight(text: string): number {
  const quoted = JSON.stringify(text);
  if (!/^\d+$/.test(text)) throw new Error(`strconv.ParseUint: parsing ${quoted}: invalid syntax`);
  if (Number(text) < 2 ** 16) return Number(text);
  throw new Error(`strconv.ParseUint: parsing ${quoted}: value out of range`);
}

function split(text: string): [path: string, value: string] {
  const [path = '', value = '', ...rest] = text.split(':');
  if (value === '' || rest.length > 0) throw new Error(`bad format: ${text}`);
  if (!path.startsWith('/dev/')) throw new Error(`bad format for device path: ${text}`);
  return [path, value];
}
