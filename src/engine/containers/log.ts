import type { LogQuery, LogStream } from '../../api/server/backends/logs.js';
import { Conflict, InvalidParameter } from '../../base/errors.js';
import { plainLogs } from '../logging/config.js';
import type { ContainerLog } from '../logging/contract.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { type ContainerRecord, never } from './model.js';
import { logPathOf, runDirOf } from './paths.js';

/** The file that the launcher is to write; undefined for none. @throws System if the log's settings don't work */
export async function preparedLog(
  context: ContainersContext,
  container: Container,
): Promise<string | undefined> {
  const log = logOf(context, container.record);
  return (await context.logs.prepare(log)) ? log.path : undefined;
}

/** From now until the run's end its log is looked after. */
export function watchLog(context: ContainersContext, { id, record, run }: Container): void {
  if (!run) return;
  const runDir = runDirOf(context, { id });
  context.logs.watch(logOf(context, record), {
    reopen: () => context.launcher.reopenLog(id, runDir),
    ended: run.ended,
  });
}

/** What a container has said, and says. @throws Conflict while it is removed, NotImplemented if nothing is kept */
export function readLogs(
  context: ContainersContext,
  container: Container,
  query: LogQuery,
): LogStream {
  const { record, run, status } = container;
  if (!query.stdout && !query.stderr) {
    throw new InvalidParameter('Bad parameters: you must choose at least one stream');
  }
  if (status === 'removing') {
    throw new Conflict('can not get logs from container which is dead or marked for removal');
  }
  const ended = run?.ended ?? Promise.resolve();
  const options = { tty: record.config.Tty, query, ended };
  return context.logs.read(logOf(context, record), options);
}

/** Docker API: `LogPath`. Only the one driver's file is for others to read, and only once there is one. */
export function shownLogPath(context: ContainersContext, { record, run }: Container): string {
  const { LogConfig: config } = record.host;
  const isFile = (config?.Type ?? plainLogs.Type) === plainLogs.Type;
  const isThere = run !== undefined || record.lastRun.startedAt !== never || record.lastRun.error;
  return isFile && isThere ? logPathOf(context, record) : '';
}

function logOf(context: ContainersContext, record: ContainerRecord): ContainerLog {
  const { config, host, id, image, name, args } = record;
  return {
    path: logPathOf(context, record),
    config: { ...plainLogs, ...host.LogConfig },
    subject: {
      id,
      name,
      imageId: image,
      imageName: config.Image,
      args,
      env: config.Env,
      labels: config.Labels,
      hostname: context.settings.hostname(),
    },
  };
}
