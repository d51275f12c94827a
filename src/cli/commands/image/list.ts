import { Images } from '../../../api/client/images.js';
import { encodeFilters } from '../../../api/client/query.js';
import { command } from '../../command.js';
import { listFormat } from '../../connection/preferences.js';
import { renderListing } from '../../format/listing.js';
import { filters, tableFormat, toggle } from '../../parse/flag.js';
import { imageListing, rowsOf } from './listing.js';

export default command({
  usage: '[OPTIONS] [REPOSITORY[:TAG]]',
  summary: 'List images',
  arity: { least: 0, most: 1 },
  flags: {
    all: toggle('Show all images (default hides intermediate images)', { short: 'a' }),
    digests: toggle('Show digests'),
    filter: filters(),
    format: tableFormat(),
    'no-trunc': toggle("Don't truncate output"),
    quiet: toggle('Only show image IDs', { short: 'q' }),
  },
  async run(context, { flags, args: [reference] }) {
    const { api, terminal, now } = context;
    const byName = reference === undefined ? [] : [['reference', reference] as const];
    const images = await new Images(api).list({
      all: flags.all,
      filters: encodeFilters([...flags.filter, ...byName]),
    });
    const preference = listFormat(flags, 'imagesFormat', context);
    const lacksDigest = /^table./.test(preference) && !preference.includes('{{.Digest}}');
    const format = flags.digests && lacksDigest ? `${preference}\\t{{.Digest}}` : preference;
    const digests = flags.digests || format.includes('{{.Digest}}');
    const listing = imageListing({ digests, full: flags['no-trunc'], now: now() });
    const rows = images.flatMap(rowsOf);
    terminal.stdout.write(renderListing(rows, listing, { format, quiet: flags.quiet }));
    return undefined;
  },
});
