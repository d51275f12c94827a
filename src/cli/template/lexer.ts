/** A piece of a template: text, or the inside of an action with the place where it stands. */
export type Piece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'action'; readonly tokens: readonly Token[]; readonly at: number };

/** A word of an action. */
export interface Token {
  readonly type: 'field' | 'variable' | 'word' | 'string' | 'number' | 'char' | 'sign' | 'space';
  readonly text: string;
  /** Offset in the template. */
  readonly at: number;
}

const keywords: readonly string[] = [
  ...['.', 'block', 'break', 'continue', 'define', 'else', 'end', 'if', 'nil', 'range', 'template'],
  'with',
];
/** Longer words are cut in messages. */
const mostQuoted = 10;

/** A word as Go's messages quote it; none is the end of the action. */
export function quoteToken(token: Token | undefined): string {
  const { text } = token ?? { text: '}}' };
  if (keywords.includes(text)) return `<${text}>`;
  if (text.length <= mostQuoted) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, mostQuoted))}...`;
}

/** A template that isn't well formed. The message starts with the line, as Go's do. */
export class TemplateSyntaxError extends Error {
  constructor(source: string, at: number, message: string) {
    super(`template: :${lineOf(source, at)}: ${message}`);
    this.name = 'TemplateSyntaxError';
  }
}

/** Line of an offset, from 1. */
export function lineOf(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}

/** Cuts a template into text and actions; `{{-` and `-}}` trim the text beside them. @throws TemplateSyntaxError */
export function cutTemplate(source: string): Piece[] {
  const pieces: Piece[] = [];
  const addText = (text: string) => {
    if (text !== '') pieces.push({ type: 'text', text });
  };
  let at = 0;
  let trim = false;
  for (let open = source.indexOf('{{'); open >= 0; open = source.indexOf('{{', at)) {
    const trimsBefore = /^\{\{-\s/.test(source.slice(open, open + 4));
    const text = trimmed(source.slice(at, open), trim);
    addText(trimsBefore ? text.trimEnd() : text);
    const action = cutAction(source, open + (trimsBefore ? 3 : 2));
    if (action.tokens.length > 0) pieces.push({ type: 'action', tokens: action.tokens, at: open });
    ({ trim, end: at } = action);
  }
  addText(trimmed(source.slice(at), trim));
  return pieces;
}

function trimmed(text: string, trim: boolean): string {
  return trim ? text.trimStart() : text;
}

const tokenPatterns: readonly [Token['type'], RegExp][] = [
  ['space', /\s+/y],
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y],
  ['char', /'(?:[^'\\\n]|\\.)*'/y],
  ['number', /[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)/y],
  ['field', /\.[\p{L}_][\p{L}\p{N}_]*/uy],
  ['variable', /\$[\p{L}\p{N}_]*/uy],
  ['word', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['sign', /:=|[().|,=]/y],
];

interface Action {
  readonly tokens: readonly Token[];
  readonly trim: boolean;
  /** Offset after the closing braces. */
  readonly end: number;
}

function cutAction(source: string, start: number): Action {
  const comment = /\s*\/\*.*?\*\/\s*(-?)\}\}/sy;
  comment.lastIndex = start;
  const skipped = comment.exec(source);
  if (skipped) return { tokens: [], trim: skipped[1] === '-', end: comment.lastIndex };
  const tokens: Token[] = [];
  let at = start;
  for (;;) {
    const close = /(\s-)?\}\}/y;
    close.lastIndex = at;
    const closed = close.exec(source);
    if (closed) return { tokens, trim: closed[1] !== undefined, end: close.lastIndex };
    if (at >= source.length) throw new TemplateSyntaxError(source, start, 'unclosed action');
    const token = tokenAt(source, at);
    tokens.push(token);
    at += token.text.length;
  }
}

function tokenAt(source: string, at: number): Token {
  for (const [type, pattern] of tokenPatterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match) return { type, text: match[0], at };
  }
  const sign = source[at] ?? '';
  const problem =
    sign === '"' || sign === '`' || sign === "'"
      ? 'unterminated quoted string'
      : `unexpected ${JSON.stringify(sign)} in operand`;
  throw new TemplateSyntaxError(source, at, problem);
}
