/** Starts a container, with a further process if there is a second script, tells its parent of it, and waits to be killed. */
import { IsolationWorld } from './world.js';

const [root = '', script = '', further = '', runtime = ''] = process.argv.slice(2);
const world = await IsolationWorld.at(root, runtime ? [runtime] : []);
const request = world.request(['sh', '-c', script]);
const { id } = request.spec;
const { pid } = await world.launcher.create(request);
await world.launcher.start(id);
if (further) {
  await world.launcher.exec({
    execId: 'further',
    containerId: id,
    runDir: request.runDir,
    args: ['sh', '-c', further],
    env: [],
    cwd: '/',
    user: '',
    tty: false,
    openStdin: true,
    privileged: false,
  });
}
process.send?.({ id, pid, runDir: request.runDir, logPath: request.logPath });
setInterval(() => {}, 1000);
