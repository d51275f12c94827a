/** What a container may use. Docker Engine API: `Resources`. */
import * as v from 'valibot';
import { count, int64, labels, text, texts, unsignedCount } from './fields.js';

/** Weights and rates of block devices, by the device's path on the host. */
const weights = v.nullish(v.array(v.object({ Path: text, Weight: unsignedCount })), []);
const rates = v.nullish(v.array(v.object({ Path: text, Rate: unsignedCount })), []);

/** Docker API: `Resources`, which `POST /containers/{id}/update` takes too. */
export const resources = {
  CpuShares: count,
  Memory: count,
  NanoCpus: count,
  CgroupParent: text,
  BlkioWeight: unsignedCount,
  BlkioWeightDevice: weights,
  BlkioDeviceReadBps: rates,
  BlkioDeviceWriteBps: rates,
  BlkioDeviceReadIOps: rates,
  BlkioDeviceWriteIOps: rates,
  CpuPeriod: count,
  CpuQuota: count,
  CpuRealtimePeriod: count,
  CpuRealtimeRuntime: count,
  CpusetCpus: text,
  CpusetMems: text,
  MemoryReservation: count,
  MemorySwap: count,
  KernelMemory: count,
  MemorySwappiness: v.nullish(int64),
  OomKillDisable: v.nullish(v.boolean()),
  PidsLimit: v.nullish(int64),
  Ulimits: v.nullish(v.array(v.object({ Name: text, Soft: count, Hard: count })), []),
  Devices: v.nullish(
    v.array(v.object({ PathOnHost: text, PathInContainer: text, CgroupPermissions: text })),
    [],
  ),
  DeviceCgroupRules: texts,
  DeviceRequests: v.nullish(
    v.array(
      v.object({
        Driver: text,
        Count: count,
        DeviceIDs: texts,
        Capabilities: v.nullish(v.array(texts), []),
        Options: labels,
      }),
    ),
    [],
  ),
};
