/** The six bytes of `02:42:ac:11:00:02`. @throws TypeError */
export function macBytes(mac: string): Buffer {
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac)) {
    throw new TypeError(`invalid MAC address: ${JSON.stringify(mac)}`);
  }
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}

/** Colon text of a hardware address of any length. */
export function macText(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('hex', start, end).replace(/..(?!$)/g, '$&:');
}
