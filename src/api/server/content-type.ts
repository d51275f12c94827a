/**
 * Whether a body of this type is parsed as JSON. One question for both who parses bodies and who shows them to
 * authorization plugins: were there two answers, a body could be parsed that no plugin saw.
 */
export function isJson(contentType: string | undefined): boolean {
  return mediaType(contentType) === 'application/json';
}

/** The type without its parameters, in lower case. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
