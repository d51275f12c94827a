import { pipeline } from 'node:stream/promises';
import { command } from '../../command.js';

export default command({
  usage: '',
  summary: 'Proxy the stdio stream to the daemon connection. Should not be invoked manually.',
  arity: { least: 0, most: 0 },
  flags: {},
  async run({ api, terminal }) {
    const connection = await api.connect();
    // The other side may be done with writing long before the daemon is. A stdin that stays open ends with the program.
    pipeline(terminal.stdin, connection, { end: true }).catch(() => undefined);
    await pipeline(connection, terminal.stdout, { end: false });
    return undefined;
  },
});
