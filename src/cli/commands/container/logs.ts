import { Containers } from '../../../api/client/containers.js';
import { demultiplex, unframed } from '../../../api/client/frames.js';
import { command } from '../../command.js';
import { Failure } from '../../failure.js';
import { text, toggle } from '../../parse/flag.js';
import { parseTime } from '../../parse/times.js';
import { showOutput } from '../../terminal/streams.js';

export default command({
  usage: '[OPTIONS] CONTAINER',
  summary: 'Fetch the logs of a container',
  arity: { least: 1, most: 1 },
  flags: {
    details: toggle('Show extra details provided to logs'),
    follow: toggle('Follow log output', { short: 'f' }),
    since: text(
      'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    ),
    tail: text('Number of lines to show from the end of the logs', { short: 'n', initial: 'all' }),
    timestamps: toggle('Show timestamps', { short: 't' }),
    until: text(
      'Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    ),
  },
  async run({ api, terminal, now }, { flags, args: [ref = ''] }) {
    const containers = new Containers(api);
    const { Id: id, Config } = await containers.inspect(ref);
    const response = await containers.logs(id, {
      details: flags.details,
      follow: flags.follow,
      since: bound('since', flags.since, now()),
      until: bound('until', flags.until, now()),
      tail: flags.tail,
      timestamps: flags.timestamps,
      stdout: true,
      stderr: true,
    });
    await showOutput(Config.Tty ? unframed(response.body) : demultiplex(response.body), terminal);
    return undefined;
  },
});

function bound(name: string, value: string, now: Date): string {
  try {
    return parseTime(value, now);
  } catch (error) {
    throw new Failure(
      `invalid value for "${name}": ${error instanceof Error ? error.message : error}`,
    );
  }
}
