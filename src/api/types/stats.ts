/** Resource usage on the wire. Docker Engine API: `ContainerStatsResponse`. */

/** A counter, in the kernel's own width. */
export type Count = number | bigint;

/** Docker Engine API: `ContainerBlkioStatEntry`. */
export interface BlkioEntry {
  readonly major: number;
  readonly minor: number;
  readonly op: string;
  readonly value: number;
}

/** Lists are null where nothing runs, empty where there is nothing to tell. */
export interface BlkioStats {
  readonly io_service_bytes_recursive: readonly BlkioEntry[] | null;
  readonly io_serviced_recursive: readonly BlkioEntry[] | null;
  readonly io_queue_recursive: readonly BlkioEntry[] | null;
  readonly io_service_time_recursive: readonly BlkioEntry[] | null;
  readonly io_wait_time_recursive: readonly BlkioEntry[] | null;
  readonly io_merged_recursive: readonly BlkioEntry[] | null;
  readonly io_time_recursive: readonly BlkioEntry[] | null;
  readonly sectors_recursive: readonly BlkioEntry[] | null;
}

/** Times in nanoseconds. */
export interface CpuStats {
  readonly cpu_usage: {
    readonly total_usage: number;
    /** Control groups of version 1 alone. */
    readonly percpu_usage?: readonly number[];
    readonly usage_in_kernelmode: number;
    readonly usage_in_usermode: number;
  };
  /** Of the whole machine, all its processors. */
  readonly system_cpu_usage?: number;
  readonly online_cpus?: number;
  readonly throttling_data: {
    readonly periods: number;
    readonly throttled_periods: number;
    readonly throttled_time: number;
  };
}

/** Bytes; empty where nothing runs. */
export interface MemoryStats {
  /** What the group uses, the files that are cached for it among it. */
  readonly usage?: number;
  readonly max_usage?: number;
  /** As the kernel tells it; the names depend on the version of control groups. */
  readonly stats?: Readonly<Record<string, Count>>;
  readonly failcnt?: number;
  /** The group's, at most the machine's memory. */
  readonly limit?: number;
}

/** Docker Engine API: `ContainerNetworkStats`, for one interface. */
export interface InterfaceStats {
  readonly rx_bytes: number;
  readonly rx_packets: number;
  readonly rx_errors: number;
  readonly rx_dropped: number;
  readonly tx_bytes: number;
  readonly tx_packets: number;
  readonly tx_errors: number;
  readonly tx_dropped: number;
}

/** Docker Engine API: `ContainerStatsResponse`. */
export interface ContainerStats {
  readonly id: string;
  /** With the leading slash. */
  readonly name: string;
  readonly os_type: 'linux';
  /** RFC 3339. */
  readonly read: string;
  readonly preread: string;
  readonly pids_stats: { readonly current?: number; readonly limit?: number };
  readonly blkio_stats: BlkioStats;
  readonly num_procs: 0;
  readonly storage_stats: Readonly<Record<string, never>>;
  readonly cpu_stats: CpuStats;
  /** Of the sample before, from which a share can be worked out. */
  readonly precpu_stats: CpuStats;
  readonly memory_stats: MemoryStats;
  /** By interface; absent if it has none. */
  readonly networks?: Readonly<Record<string, InterfaceStats>>;
}
