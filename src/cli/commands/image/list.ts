import { type ImageSummary, Images } from '../../../api/client/images.js';
import { encodeFilters } from '../../../api/client/query.js';
import { humanSize } from '../../../base/human.js';
import { command } from '../../command.js';
import { type Listing, renderListing } from '../../format/listing.js';
import { ago, goTime, shortId } from '../../format/words.js';
import { filters, tableFormat, toggle } from '../../parse/flag.js';

/** One line: an image under one of its names. */
interface Row {
  readonly image: ImageSummary;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

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
  async run({ api, terminal, now }, { flags, args: [reference] }) {
    const byName = reference === undefined ? [] : [['reference', reference] as const];
    const images = await new Images(api).list({
      all: flags.all,
      filters: encodeFilters([...flags.filter, ...byName]),
    });
    const digests = flags.digests || flags.format.includes('.Digest');
    const listing = imageListing({ digests, full: flags['no-trunc'], now: now() });
    terminal.stdout.write(renderListing(images.flatMap(rowsOf), listing, flags));
    return undefined;
  },
});

const none = '<none>';

function rowsOf(image: ImageSummary): Row[] {
  const digests = new Map((image.RepoDigests ?? []).map((digest) => splitAt(digest, '@')));
  const tags = (image.RepoTags ?? []).filter((tag) => tag !== '<none>:<none>');
  if (tags.length === 0) {
    const [[repository, digest] = [none, none]] = digests;
    return [{ image, repository, tag: none, digest }];
  }
  return tags.map((name) => {
    const [repository, tag] = splitAt(name, ':');
    return { image, repository, tag, digest: digests.get(repository) ?? none };
  });
}

function splitAt(text: string, sign: string): [string, string] {
  const at = text.lastIndexOf(sign);
  return at < 0 ? [text, none] : [text.slice(0, at), text.slice(at + 1)];
}

function imageListing({
  digests,
  full,
  now,
}: {
  digests: boolean;
  full: boolean;
  now: Date;
}): Listing<Row> {
  const digest = digests ? '{{.Digest}}\t' : '';
  return {
    type: '*formatter.imageContext',
    table: `{{.Repository}}\t{{.Tag}}\t${digest}{{.ID}}\t{{.CreatedSince}}\t{{.Size}}`,
    columns: {
      ID: ['IMAGE ID', ({ image }) => (full ? image.Id : shortId(image.Id))],
      Repository: ['REPOSITORY', ({ repository }) => repository],
      Tag: ['TAG', ({ tag }) => tag],
      Digest: ['DIGEST', (row) => (digests ? row.digest : none)],
      CreatedSince: ['CREATED', ({ image }) => ago(image.Created, now)],
      CreatedAt: ['CREATED AT', ({ image }) => goTime(image.Created)],
      Size: ['SIZE', ({ image }) => humanSize(image.Size, 3)],
      Containers: ['CONTAINERS', ({ image }) => known(image.Containers)],
      VirtualSize: ['SIZE', ({ image }) => humanSize(image.Size, 4)],
      SharedSize: ['SHARED SIZE', ({ image }) => known(image.SharedSize, humanSize)],
      UniqueSize: [
        'UNIQUE SIZE',
        ({ image }) => known(image.SharedSize, (shared) => humanSize(image.Size - shared)),
      ],
    },
  };
}

/** -1 means that the daemon was not asked. */
function known(count: number, show: (count: number) => string = String): string {
  return count === -1 ? 'N/A' : show(count);
}
