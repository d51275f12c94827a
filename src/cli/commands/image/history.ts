import { type ImageHistory, Images } from '../../../api/client/images.js';
import { humanSize } from '../../../base/human.js';
import { command } from '../../command.js';
import { type Listing, renderListing } from '../../format/listing.js';
import { ago, ellipsis, shortId } from '../../format/words.js';
import { tableFormat, toggle } from '../../parse/flag.js';

const commandColumns = 45;

export default command({
  usage: '[OPTIONS] IMAGE',
  summary: 'Show the history of an image',
  arity: { least: 1, most: 1 },
  flags: {
    format: tableFormat(),
    human: toggle('Print sizes and dates in human readable format', { short: 'H', on: true }),
    'no-trunc': toggle("Don't truncate output"),
    quiet: toggle('Only show image IDs', { short: 'q' }),
  },
  async run({ api, terminal, now }, { flags, args: [ref = ''] }) {
    const rows = await new Images(api).history(ref);
    const listing = historyListing(flags['no-trunc'], flags.human, now());
    terminal.stdout.write(renderListing(rows, listing, flags));
    return undefined;
  },
});

function historyListing(full: boolean, human: boolean, now: Date): Listing<ImageHistory> {
  const created = human ? '{{.CreatedSince}}' : '{{.CreatedAt}}';
  const at = ({ Created }: ImageHistory) =>
    Created === 0 ? '' : new Date(Created * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    type: '*image.historyContext',
    table: `{{.ID}}\t${created}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}`,
    columns: {
      ID: ['IMAGE', ({ Id }) => (full ? Id : shortId(Id))],
      CreatedSince: ['CREATED', (row) => (human ? ago(row.Created, now) : at(row))],
      CreatedAt: ['CREATED AT', at],
      CreatedBy: ['CREATED BY', ({ CreatedBy }) => createdBy(CreatedBy, full)],
      Size: ['SIZE', ({ Size }) => (human ? humanSize(Size, 3) : String(Size))],
      Comment: ['COMMENT', ({ Comment }) => Comment],
    },
  };
}

function createdBy(text: string, full: boolean): string {
  const line = text.replaceAll('\t', ' ');
  return full ? line : ellipsis(line, commandColumns);
}
