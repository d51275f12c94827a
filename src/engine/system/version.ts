import { arch, release } from 'node:os';
import type { DaemonFacts } from './facts.js';

/** Docker API: `SystemVersion`. */
export function systemVersion(facts: DaemonFacts): object {
  const { version, apiVersion, minApiVersion, gitCommit, buildTime, runtime } = facts;
  const engine = {
    ApiVersion: apiVersion,
    Arch: arch() === 'x64' ? 'amd64' : arch(),
    BuildTime: buildTime,
    Experimental: 'false',
    GitCommit: gitCommit,
    GoVersion: `node ${process.versions.node}`,
    KernelVersion: release(),
    MinAPIVersion: minApiVersion,
    Os: 'linux',
  };
  return {
    Platform: { Name: 'tsnet' },
    Components: [
      { Name: 'Engine', Version: version, Details: engine },
      { Name: runtime.name, Version: runtime.version, Details: { GitCommit: '' } },
    ],
    Version: version,
    ApiVersion: apiVersion,
    MinAPIVersion: minApiVersion,
    GitCommit: gitCommit,
    GoVersion: engine.GoVersion,
    Os: 'linux',
    Arch: engine.Arch,
    KernelVersion: engine.KernelVersion,
    BuildTime: buildTime,
  };
}
