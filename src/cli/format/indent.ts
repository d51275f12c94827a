const indentation = '    ';

/** Indents JSON without reading it, so that numbers, escapes and the order of keys stay as the daemon wrote them. */
export function indentJson(text: string): string {
  let depth = 0;
  const line = () => `\n${indentation.repeat(depth)}`;
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{[]\s*[}\]]|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  const written: Readonly<Record<string, () => string>> = {
    ',': () => `,${line()}`,
    ':': () => ': ',
    '{': () => {
      depth++;
      return `{${line()}`;
    },
    '[': () => {
      depth++;
      return `[${line()}`;
    },
    '}': () => {
      depth--;
      return `${line()}}`;
    },
    ']': () => {
      depth--;
      return `${line()}]`;
    },
  };
  return tokens
    .map((token) => written[token]?.() ?? (/^[{[]/.test(token) ? token.replace(/\s/g, '') : token))
    .join('');
}
