import type { Branch, Node } from './ast.js';
import { cutTemplate, type Piece, TemplateSyntaxError, type Token } from './lexer.js';
import { PipelineParser } from './pipeline.js';

const branches: readonly string[] = ['if', 'with', 'range'] satisfies Branch[];

/** What closes a list of nodes. */
interface Closing {
  readonly nodes: readonly Node[];
  /** `end`, `else` with the tokens after it, or the end of the template. */
  readonly by: 'end' | 'else' | 'eof';
  readonly rest: readonly Token[];
}

/** Parses a Go template. `functions` are the names that it may call. @throws TemplateSyntaxError */
export function parseTemplate(source: string, functions: ReadonlySet<string>): readonly Node[] {
  const parser = new TemplateParser(source, functions);
  return parser.parse();
}

class TemplateParser {
  readonly #source: string;
  readonly #functions: ReadonlySet<string>;
  readonly #pieces: Piece[];

  constructor(source: string, functions: ReadonlySet<string>) {
    this.#source = source;
    this.#functions = functions;
    this.#pieces = cutTemplate(source);
  }

  parse(): readonly Node[] {
    const { nodes, by } = this.#list(['$']);
    if (by !== 'eof') throw this.#error(`unexpected {{${by}}}`);
    return nodes;
  }

  #list(variables: string[]): Closing {
    const nodes: Node[] = [];
    for (let piece = this.#pieces.shift(); piece; piece = this.#pieces.shift()) {
      if (piece.type === 'text') {
        nodes.push(piece);
        continue;
      }
      const tokens = [...piece.tokens];
      while (tokens[0]?.type === 'space') tokens.shift();
      const word = tokens[0]?.type === 'word' ? tokens[0].text : '';
      if (word === 'end') return { nodes, by: 'end', rest: [] };
      if (word === 'else') return { nodes, by: 'else', rest: tokens.slice(1) };
      nodes.push(this.#action(word, tokens, variables));
    }
    return { nodes, by: 'eof', rest: [] };
  }

  #action(word: string, tokens: readonly Token[], variables: string[]): Node {
    if (branches.includes(word))
      return this.#branch(word as Branch, tokens.slice(1), [...variables]);
    if (word === 'break' || word === 'continue') return { type: word };
    return { type: 'action', pipeline: this.#pipeline(tokens, variables, 'command') };
  }

  #branch(type: Branch, tokens: readonly Token[], variables: string[]): Node {
    const pipeline = this.#pipeline(tokens, variables, type);
    const { nodes: body, by, rest } = this.#list(variables);
    if (by === 'eof') throw this.#error('unexpected EOF');
    return {
      type,
      pipeline,
      body,
      otherwise: by === 'else' ? this.#otherwise(rest, variables) : [],
    };
  }

  /** `{{else}}`, or `{{else if ...}}`, which shares the `{{end}}`. */
  #otherwise(rest: readonly Token[], variables: string[]): readonly Node[] {
    const next = rest.find(({ type }) => type !== 'space');
    if (next) {
      const tokens = rest.slice(rest.indexOf(next) + 1);
      if (next.text === 'if' || next.text === 'with') {
        return [this.#branch(next.text, tokens, [...variables])];
      }
      throw this.#error(`unexpected <${next.text}> in input`);
    }
    const { nodes, by } = this.#list(variables);
    if (by === 'eof') throw this.#error('unexpected EOF');
    if (by === 'else') throw this.#error('expected end; found {{else}}');
    return nodes;
  }

  #pipeline(tokens: readonly Token[], variables: string[], context: string) {
    const parser = new PipelineParser({
      source: this.#source,
      functions: this.#functions,
      tokens,
      variables,
    });
    return parser.parse(context);
  }

  #error(message: string): TemplateSyntaxError {
    return new TemplateSyntaxError(this.#source, this.#source.length, message);
  }
}
