/*
 * A program: a container's life by runc, told as JSON, on a machine whose control groups are of version 2 alone. Its
 * caller gives it such a machine.
 */
import { existsSync } from 'node:fs';
import { CgroupTree } from '../../src/engine/isolation/cgroups.js';
import { IsolationWorld } from './world.js';

// What is waited for does not keep Node alive by itself.
const awake = setInterval(() => {}, 1000);
const tree = new CgroupTree();
const world = await IsolationWorld.make(['runc']);
try {
  const request = world.request(['sleep', '1000']);
  const { id, cgroupsPath } = request.spec;
  const { pid } = await world.launcher.create(request);
  await world.launcher.start(id);
  const pids = await world.launcher.pids(id);
  await world.launcher.pause(id);
  const paused = world.launcher.isPaused(id);
  await world.launcher.resume(id);
  const resumed = !world.launcher.isPaused(id);
  await world.launcher.kill(id, 'KILL');
  const { code } = await world.launcher.exited(id);
  await world.launcher.delete(id);
  const gone = !existsSync(`/sys/fs/cgroup${cgroupsPath}`);
  const inside = await world.run(world.request(['cat', '/proc/self/cgroup']));
  const reviewed = world.launcher.review({ ...request.spec.host, Memory: 64 << 20, PidsLimit: 5 });
  const told = {
    version: tree.version,
    hasOwnPid: pids.length === 1 && pids[0] === pid,
    paused,
    resumed,
    code,
    gone,
    cgroup: /^0::.*$/m.exec(inside.stdout)?.[0],
    mode: reviewed.host.CgroupnsMode,
    warnings: reviewed.warnings,
  };
  process.stdout.write(JSON.stringify(told));
} finally {
  await world[Symbol.asyncDispose]();
  tree.remove('/tsnet-test');
  clearInterval(awake);
}
