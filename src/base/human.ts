/**
 * How long, in the words of Docker's `STATUS` and `CREATED` columns: `Less than a second`, `5 seconds`,
 * `About a minute`, `3 hours`, `2 weeks`.
 */
export function humanDuration(seconds: number): string {
  const whole = Math.trunc(seconds);
  const minutes = Math.trunc(seconds / 60);
  const hours = Math.round(seconds / 3600);
  const steps: readonly [below: boolean, text: string][] = [
    [whole < 1, 'Less than a second'],
    [whole === 1, '1 second'],
    [whole < 60, `${whole} seconds`],
    [minutes === 1, 'About a minute'],
    [minutes < 60, `${minutes} minutes`],
    [hours === 1, 'About an hour'],
    [hours < 48, `${hours} hours`],
    [hours < 24 * 7 * 2, `${Math.trunc(hours / 24)} days`],
    [hours < 24 * 30 * 2, `${Math.trunc(hours / 24 / 7)} weeks`],
    [hours < 24 * 365 * 2, `${Math.trunc(hours / 24 / 30)} months`],
    [true, `${Math.trunc(hours / 24 / 365)} years`],
  ];
  return steps.find(([below]) => below)?.[1] ?? '';
}

const decimalUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes as Docker's `SIZE` column: powers of 1000, `digits` significant ones (default 3): `1.24MB`. */
export function humanSize(bytes: number, digits = 3): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < decimalUnits.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${Number(size.toPrecision(digits))}${decimalUnits[unit]}`;
}
