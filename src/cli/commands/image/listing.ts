import type { ImageSummary } from '../../../api/client/images.js';
import { humanSize } from '../../../base/human.js';
import type { Listing } from '../../format/listing.js';
import { ago, goTime, shortId } from '../../format/words.js';

/** One line: an image under one of its names. */
export interface Row {
  readonly image: ImageSummary;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

const none = '<none>';

/** The lines of an image. */
export function rowsOf(image: ImageSummary): Row[] {
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

/** `images`. `full`: `--no-trunc`. */
export function imageListing({
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
    raw: { full: rawImage(digests), quiet: 'image_id: {{.ID}}' },
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
      VirtualSize: ['SIZE', ({ image }) => wholeSize(image.Size)],
      SharedSize: ['SHARED SIZE', ({ image }) => known(image.SharedSize, wholeSize)],
      UniqueSize: [
        'UNIQUE SIZE',
        ({ image }) => known(image.SharedSize, (shared) => wholeSize(image.Size - shared)),
      ],
    },
  };
}

/** What `--format raw` stands for. */
export function rawImage(digests: boolean): string {
  const lines = [
    'repository: {{ .Repository }}',
    'tag: {{.Tag}}',
    ...(digests ? ['digest: {{.Digest}}'] : []),
    'image_id: {{.ID}}',
    'created_at: {{.CreatedAt}}',
    'virtual_size: {{.Size}}',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Sizes that are parts of others are shown with a digit more. */
function wholeSize(size: number): string {
  return humanSize(size, 4);
}

/** -1 means that the daemon was not asked. */
function known(count: number, show: (count: number) => string = String): string {
  return count === -1 ? 'N/A' : show(count);
}
