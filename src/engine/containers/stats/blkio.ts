import type { BlkioEntry, BlkioStats } from '../../../api/types/stats.js';
import type { GroupFiles } from './group-files.js';

const nothing = {
  io_service_bytes_recursive: null,
  io_serviced_recursive: null,
  io_queue_recursive: null,
  io_service_time_recursive: null,
  io_wait_time_recursive: null,
  io_merged_recursive: null,
  io_time_recursive: null,
  sectors_recursive: null,
} as const;

/** Nothing runs. */
export const noBlkio: BlkioStats = nothing;

/** Bytes and operations by device, from the files of a control group. */
export function groupBlkio(files: GroupFiles): BlkioStats {
  if (files.version('blkio') === 2) {
    const bytes = parseIoStat(files.read('blkio', 'io.stat'));
    return { ...nothing, io_service_bytes_recursive: bytes };
  }
  const read = (what: string) =>
    // The throttling layer counts everything; a scheduler just what passes it.
    parseBlkio(
      files.read('blkio', `blkio.throttle.${what}_recursive`) ||
        files.read('blkio', `blkio.bfq.${what}_recursive`),
    );
  return {
    io_service_bytes_recursive: read('io_service_bytes'),
    io_serviced_recursive: read('io_serviced'),
    io_queue_recursive: [],
    io_service_time_recursive: [],
    io_wait_time_recursive: [],
    io_merged_recursive: [],
    io_time_recursive: [],
    sectors_recursive: [],
  };
}

/** Lines `8:0 Read 4096`; the last, the total of all, has no device. */
export function parseBlkio(text: string): BlkioEntry[] {
  return [...text.matchAll(/^(\d+):(\d+) (\w+) (\d+)$/gm)].map(
    ([, major, minor, op = '', value]) => ({
      major: Number(major),
      minor: Number(minor),
      op,
      value: Number(value),
    }),
  );
}

/** Lines `8:0 rbytes=4096 wbytes=0 rios=1 ...`. */
export function parseIoStat(text: string): BlkioEntry[] {
  return [...text.matchAll(/^(\d+):(\d+) .*?rbytes=(\d+) wbytes=(\d+)/gm)].flatMap(
    ([, major, minor, read, written]) => {
      const device = { major: Number(major), minor: Number(minor) };
      return [
        { ...device, op: 'read', value: Number(read) },
        { ...device, op: 'write', value: Number(written) },
      ];
    },
  );
}
