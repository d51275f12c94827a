import { Containers } from '../../../api/client/containers.js';
import { encodeFilters } from '../../../api/client/query.js';
import type { ContainerSummary } from '../../../api/types/container.js';
import { command } from '../../command.js';
import { preferred } from '../../connection/preferences.js';
import { renderListing, tryFormat } from '../../format/listing.js';
import { filters, integer, tableFormat, toggle } from '../../parse/flag.js';
import { containerListing } from './listing.js';

const ignored = 'WARNING: Ignoring custom format, because both --format and --quiet are set.';

/** For trying a template. */
const nothing: ContainerSummary = {
  ...{ Id: '', Names: [], Image: '', ImageID: '', Command: '', Created: 0, Ports: [], Labels: {} },
  ...{ State: '', Status: '', Mounts: [], HostConfig: { NetworkMode: '' } },
  NetworkSettings: { Networks: {} },
};

export default command({
  usage: '[OPTIONS]',
  summary: 'List containers',
  arity: { least: 0, most: 0 },
  flags: {
    all: toggle('Show all containers (default shows just running)', { short: 'a' }),
    filter: filters(),
    format: tableFormat(),
    last: integer('Show n last created containers (includes all states)', {
      short: 'n',
      shownDefault: '-1',
    }),
    latest: toggle('Show the latest created container (includes all states)', { short: 'l' }),
    'no-trunc': toggle("Don't truncate output"),
    quiet: toggle('Only display container IDs', { short: 'q' }),
    size: toggle('Display total file sizes', { short: 's' }),
  },
  async run(context, { flags, given }) {
    const { api, terminal, now } = context;
    if (flags.format !== '' && flags.quiet) terminal.stderr.write(`${ignored}\n`);
    const format = preferred(flags.format, 'psFormat', context);
    const showing = { full: flags['no-trunc'], now: now() };
    // A template that shows sizes needs them told.
    const uses = tryFormat(format, containerListing({ ...showing, size: false }), nothing);
    const size = flags.size || (uses.has('Size') && !flags.quiet && !given.has('size'));
    const limit = flags.latest && !given.has('last') ? 1 : flags.last;
    const rows = await new Containers(api).list({
      all: flags.all,
      limit: limit !== undefined && limit > 0 ? limit : undefined,
      size,
      filters: encodeFilters(flags.filter),
    });
    const listing = containerListing({ ...showing, size });
    terminal.stdout.write(renderListing(rows, listing, { format, quiet: flags.quiet }));
    return undefined;
  },
});
