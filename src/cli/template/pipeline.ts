import type { Call, Operand, Pipeline } from './ast.js';
import { quoteToken, TemplateSyntaxError, type Token } from './lexer.js';

/** Parses the inside of an action. */
export class PipelineParser {
  readonly #source: string;
  readonly #functions: ReadonlySet<string>;
  readonly #tokens: Token[];
  readonly #variables: string[];

  constructor(parts: {
    source: string;
    functions: ReadonlySet<string>;
    tokens: readonly Token[];
    /** Variables in scope; declarations are added. */
    variables: string[];
  }) {
    this.#source = parts.source;
    this.#functions = parts.functions;
    this.#tokens = [...parts.tokens];
    this.#variables = parts.variables;
  }

  /** All tokens as one pipeline. `context`: what it is for, in messages. @throws TemplateSyntaxError */
  parse(context: string): Pipeline {
    const pipeline = this.#pipeline(context);
    const [extra] = this.#tokens;
    if (extra) throw this.#error(`unexpected ${quoteToken(extra)} in ${context}`, extra.at);
    return pipeline;
  }

  #pipeline(context: string): Pipeline {
    this.#skipSpace();
    const at = this.#tokens[0]?.at ?? this.#source.length;
    const declaration = this.#declaration();
    const calls: Call[] = [];
    do {
      const call = this.#call();
      if (!call) {
        throw this.#error(`missing value for ${context}`, at);
      }
      calls.push(call);
    } while (this.#take('|'));
    return { ...declaration, calls, at, source: this.#textFrom(at) };
  }

  /** `$x :=`, `$k, $v :=`, `$x =`; nothing if the action starts otherwise. */
  #declaration(): Pick<Pipeline, 'declares' | 'sets'> {
    const words = this.#tokens.filter(({ type }) => type !== 'space');
    const shape = words.slice(0, 4).map(({ type, text }) => (type === 'variable' ? '$' : text));
    const match = /^(\$(?:,\$)?)(:=|=)/.exec(shape.join(''));
    if (!match) return { declares: [], sets: false };
    const wanted = (match[1] ?? '').length === 1 ? 1 : 2;
    const names = words
      .filter(({ type }) => type === 'variable')
      .slice(0, wanted)
      .map(({ text }) => text);
    const last = words[wanted === 1 ? 1 : 3];
    if (last) this.#tokens.splice(0, this.#tokens.indexOf(last) + 1);
    if (match[2] === ':=') this.#variables.push(...names);
    return { declares: names, sets: match[2] === '=' };
  }

  #call(): Call | undefined {
    this.#skipSpace();
    const at = this.#tokens[0]?.at ?? 0;
    const operands: Operand[] = [];
    for (let operand = this.#operand(); operand; operand = this.#operand()) {
      operands.push(operand);
      this.#skipSpace();
    }
    const [first, ...rest] = operands;
    return first && { operands: [first, ...rest], at, source: this.#textFrom(at) };
  }

  #operand(): Operand | undefined {
    const token = this.#tokens[0];
    if (!token || (token.type === 'sign' && '|),='.includes(token.text))) return undefined;
    this.#tokens.shift();
    const start = token.at;
    if (token.type === 'sign') return this.#signed(token);
    const parsed = this.#plain(token);
    const path = parsed.type === 'field' ? [token.text.slice(1)] : [];
    // Go places a chain of fields at the second of them.
    const at = this.#tokens[0]?.type === 'field' ? this.#tokens[0].at : start;
    path.push(...this.#fields());
    return { ...parsed, ...('path' in parsed && { path }), at, source: this.#textFrom(start) };
  }

  #signed(token: Token): Operand {
    if (token.text === '.') return { type: 'dot', at: token.at, source: '.' };
    if (token.text !== '(')
      throw this.#error(`unexpected ${quoteToken(token)} in operand`, token.at);
    const pipeline = this.#pipeline('parenthesized pipeline');
    this.#skipSpace();
    if (!this.#take(')')) throw this.#error('unclosed left paren', token.at);
    const path = this.#fields();
    return { type: 'group', pipeline, path, at: token.at, source: this.#textFrom(token.at) };
  }

  #plain(token: Token): Operand {
    const { text, at } = token;
    const placed = { at, source: text };
    switch (token.type) {
      case 'field':
        return { type: 'field', path: [], ...placed };
      case 'variable':
        if (!this.#variables.includes(text))
          throw this.#error(`undefined variable ${JSON.stringify(text)}`, at);
        return { type: 'variable', name: text, path: [], ...placed };
      case 'string':
        return { type: 'constant', value: unquote(text), ...placed };
      case 'char':
        return { type: 'constant', value: unquote(text).codePointAt(0) ?? 0, ...placed };
      case 'number':
        return { type: 'constant', value: Number(text), ...placed };
      default:
        return this.#word(token);
    }
  }

  #word({ text, at }: Token): Operand {
    if (Object.hasOwn(words, text)) {
      return { type: 'constant', value: words[text] ?? null, at, source: text };
    }
    if (!this.#functions.has(text))
      throw this.#error(`function ${JSON.stringify(text)} not defined`, at);
    return { type: 'function', name: text, at, source: text };
  }

  #fields(): string[] {
    const names: string[] = [];
    while (this.#tokens[0]?.type === 'field') names.push(this.#tokens.shift()?.text.slice(1) ?? '');
    return names;
  }

  #take(sign: string): boolean {
    this.#skipSpace();
    if (this.#tokens[0]?.type !== 'sign' || this.#tokens[0].text !== sign) return false;
    this.#tokens.shift();
    return true;
  }

  #skipSpace(): void {
    while (this.#tokens[0]?.type === 'space') this.#tokens.shift();
  }

  /** What has been read since an offset. */
  #textFrom(start: number): string {
    const next = this.#tokens[0]?.at;
    const text = this.#source.slice(start, next);
    return (next === undefined ? text.replace(/\s*-?\}\}.*$/s, '') : text).trim();
  }

  #error(message: string, at: number): TemplateSyntaxError {
    return new TemplateSyntaxError(this.#source, at, message);
  }
}

const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, nil: null };

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' };

/** The text of a literal in quotes or backquotes. */
export function unquote(literal: string): string {
  const inside = literal.slice(1, -1);
  if (literal.startsWith('`')) return inside;
  return inside.replace(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gi, (_, unicode, byte, sign) =>
    sign === undefined
      ? String.fromCodePoint(Number.parseInt(unicode ?? byte, 16))
      : (escapes[sign] ?? sign),
  );
}
