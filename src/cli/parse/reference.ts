/** An image's name, taken apart. */
export interface Reference {
  /** With the registry: `docker.io/library/nginx`. */
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
}

const path = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const namePattern = new RegExp(`^${path}(?:/${path})*$`);
const defaultDomain = 'docker.io';

/** Reads an image's name as Docker does; names without a registry are on Docker's own. @throws Error in Docker's words */
export function parseReference(text: string): Reference {
  const match =
    /^([^@]*?)(?::([\w][\w.-]{0,127}))?(?:@([a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,}))?$/i.exec(
      text,
    );
  const [, given = '', tag, digest] = match ?? [];
  const { domain, rest } = splitDomain(given);
  if (rest !== rest.toLowerCase() && namePattern.test(rest.toLowerCase())) {
    throw new Error(`invalid reference format: repository name (${rest}) must be lowercase`);
  }
  if (!namePattern.test(rest)) throw new Error('invalid reference format');
  return {
    name: `${domain}/${rest}`,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

/** What stands before the first slash is a registry if it looks like a host. */
function splitDomain(name: string): { domain: string; rest: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(0, slash));
  if (slash > 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase())) {
    const rest = name.slice(slash + 1);
    const official = first === 'docker.io' && !rest.includes('/');
    return { domain: first, rest: official ? `library/${rest}` : rest };
  }
  return { domain: defaultDomain, rest: slash < 0 ? `library/${name}` : name };
}

/** The tag that is meant: `latest` if the name has neither tag nor digest. */
export function tagOf({ tag, digest }: Reference): string {
  return digest ?? tag ?? 'latest';
}

/** As users write it: without Docker's registry, with the tag. */
export function familiarName(reference: Reference): string {
  const short = reference.name.replace(/^docker\.io\/(library\/)?/, '');
  const tag = reference.digest ? `@${reference.digest}` : `:${tagOf(reference)}`;
  return `${short}${tag}`;
}
