const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Four significant digits, powers of 1024: `1.944GiB`. */
export function memorySize(bytes: number): string {
  const power = Math.min(units.length - 1, Math.trunc(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 1024 ** power).toPrecision(4))}${units[power]}`;
}
