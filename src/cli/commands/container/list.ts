import { Containers } from '../../../api/client/containers.js';
import { encodeFilters } from '../../../api/client/query.js';
import { command } from '../../command.js';
import { renderListing } from '../../format/listing.js';
import { filters, integer, tableFormat, toggle } from '../../parse/flag.js';
import { containerListing } from './listing.js';

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
  async run({ api, terminal, now }, { flags, given }) {
    const limit = flags.latest && !given.has('last') ? 1 : flags.last;
    const rows = await new Containers(api).list({
      all: flags.all,
      limit: limit !== undefined && limit > 0 ? limit : undefined,
      // A template that shows sizes needs them told.
      size: flags.size || (!flags.quiet && flags.format.includes('.Size')),
      filters: encodeFilters(flags.filter),
    });
    const listing = containerListing({ full: flags['no-trunc'], size: flags.size, now: now() });
    terminal.stdout.write(renderListing(rows, listing, flags));
    return undefined;
  },
});
