import { InvalidParameter } from '../../base/errors.js';
import { type Digest, isDigest } from '../storage/digest.js';

/** The name of an image in its one full form (github.com/distribution/reference, "normalized"). */
export interface Reference {
  /** Registry host, `docker.io` if none was given. */
  readonly domain: string;
  /** Path in the registry, with `library/` for Docker's official images. */
  readonly path: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** What a request may call an image by. */
export type AnyReference =
  | { readonly kind: 'id'; readonly id: Digest }
  | { readonly kind: 'name'; readonly name: Reference };

const hostPart = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domainForm = new RegExp(
  `^(?:${hostPart}(?:\\.${hostPart})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`,
);
const pathPart = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const pathForm = new RegExp(`^${pathPart}(?:/${pathPart})*$`);
const tagForm = /^\w[\w.-]{0,127}$/;
const idForm = /^[a-f0-9]{64}$/;

const defaultDomain = 'docker.io';
const officialPrefix = 'library/';
/** Docker's limit on domain and path together. */
const longestName = 255;

/**
 * Reads `name[:tag][@digest]`. A name without a host is Docker's: `busybox` is
 * `docker.io/library/busybox`. @throws InvalidParameter in Docker's words
 */
export function parseReference(text: string): Reference {
  if (idForm.test(text))
    throw new InvalidParameter(
      `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`,
    );
  const { domain, rest } = splitDomain(text);
  const [named = '', ...digests] = rest.split('@');
  const colon = named.indexOf(':');
  const path = colon === -1 ? named : named.slice(0, colon);
  const tag = colon === -1 ? undefined : named.slice(colon + 1);
  checkName(domain, path);
  if (tag !== undefined && !tagForm.test(tag)) throw invalid();
  const [digest] = digests;
  if (digests.length > 1 || (digest !== undefined && !isDigest(digest))) throw invalid();
  return {
    domain,
    path,
    ...(tag === undefined ? {} : { tag }),
    ...(digest !== undefined && isDigest(digest) ? { digest } : {}),
  };
}

/** Reads an image id, `sha256:` before it or not, or a name. Short ids read as names. @throws InvalidParameter */
export function parseAnyReference(text: string): AnyReference {
  if (idForm.test(text)) return { kind: 'id', id: `sha256:${text}` };
  if (isDigest(text)) return { kind: 'id', id: text };
  return { kind: 'name', name: parseReference(text) };
}

/** Whether a text can be a tag. */
export function isTag(text: string): boolean {
  return tagForm.test(text);
}

/** With the tag `latest` if it has neither tag nor digest. */
export function withDefaultTag(name: Reference): Reference {
  return name.tag === undefined && name.digest === undefined ? { ...name, tag: 'latest' } : name;
}

/** Domain and path: what `RepoTags` of one repository share. */
export function repositoryOf({ domain, path }: Reference): string {
  return `${domain}/${path}`;
}

/** In full, e.g. `docker.io/library/busybox:latest`: the same for all ways to write it. */
export function fullText(name: Reference): string {
  return repositoryOf(name) + suffixOf(name);
}

/** As Docker shows it, e.g. `busybox:latest`. */
export function familiarText(name: Reference): string {
  return familiarRepository(name) + suffixOf(name);
}

/** As Docker shows its repository, e.g. `busybox`. */
export function familiarRepository({ domain, path }: Reference): string {
  if (domain !== defaultDomain) return `${domain}/${path}`;
  const official =
    path.startsWith(officialPrefix) && !path.slice(officialPrefix.length).includes('/');
  return official ? path.slice(officialPrefix.length) : path;
}

function suffixOf({ tag, digest }: Reference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}

/** The first part is a host if it looks like one: a dot, a colon, an upper-case letter, or `localhost`. */
function splitDomain(text: string): { domain: string; rest: string } {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  const isHost =
    slash !== -1 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  const host = isHost ? first : defaultDomain;
  const rest = isHost ? text.slice(slash + 1) : text;
  const domain = host === 'index.docker.io' ? defaultDomain : host;
  const official = domain === defaultDomain && !rest.includes('/');
  return { domain, rest: official ? officialPrefix + rest : rest };
}

function checkName(domain: string, path: string): void {
  if (path !== path.toLowerCase())
    throw new InvalidParameter(
      `invalid reference format: repository name (${path}) must be lowercase`,
    );
  if (!domainForm.test(domain) || !pathForm.test(path)) throw invalid();
  if (domain.length + 1 + path.length > longestName)
    throw new InvalidParameter(`repository name must not be more than ${longestName} characters`);
}

function invalid(): InvalidParameter {
  return new InvalidParameter('invalid reference format');
}
