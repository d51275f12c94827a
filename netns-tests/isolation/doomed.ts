/** Starts a container, tells its parent of it, and waits to be killed. */
import { IsolationWorld } from './world.js';

const [root = '', script = ''] = process.argv.slice(2);
const world = await IsolationWorld.at(root);
const request = world.request(['sh', '-c', script]);
const { id } = request.spec;
const { pid } = await world.launcher.create(request);
await world.launcher.start(id);
process.send?.({ id, pid, runDir: request.runDir, logPath: request.logPath });
setInterval(() => {}, 1000);
