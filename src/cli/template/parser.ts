import type { Branch, Node, ParsedTemplate, TemplateNode } from './ast.js';
import { Definitions } from './definitions.js';
import { cutTemplate, type Piece, quoteToken, TemplateSyntaxError, type Token } from './lexer.js';
import { PipelineParser, unquote } from './pipeline.js';

const branches: readonly string[] = ['if', 'with', 'range'] satisfies Branch[];

/** What closes a list of nodes. */
interface Closing {
  readonly nodes: readonly Node[];
  /** `end`, `else` with the tokens after it, or the end of the template. */
  readonly by: 'end' | 'else' | 'eof';
  readonly rest: readonly Token[];
}

/** Where an action stands: the variables that it may use, and whether it may leave a loop. */
interface Place {
  readonly variables: string[];
  readonly inLoop: boolean;
}

/** Parses a Go template. `functions` are the names that it may call. @throws TemplateSyntaxError */
export function parseTemplate(source: string, functions: ReadonlySet<string>): ParsedTemplate {
  const parser = new TemplateParser(source, functions);
  return parser.parse();
}

class TemplateParser {
  readonly #source: string;
  readonly #functions: ReadonlySet<string>;
  readonly #pieces: Piece[];
  readonly #definitions = new Definitions();

  constructor(source: string, functions: ReadonlySet<string>) {
    this.#source = source;
    this.#functions = functions;
    this.#pieces = cutTemplate(source);
  }

  parse(): ParsedTemplate {
    const { nodes, by } = this.#list(topPlace(), 'top');
    if (by !== 'eof') throw this.#error(`unexpected {{${by}}}`);
    return { nodes, definitions: this.#definitions.all };
  }

  /** `level`: only at the top there may be definitions. */
  #list(place: Place, level: 'top' | 'inside' = 'inside'): Closing {
    const nodes: Node[] = [];
    for (let piece = this.#pieces.shift(); piece; piece = this.#pieces.shift()) {
      if (piece.type === 'text') {
        nodes.push(piece);
        continue;
      }
      const tokens = withoutSpace(piece.tokens);
      const word = tokens[0]?.type === 'word' ? tokens[0].text : '';
      if (word === 'end') return { nodes, by: 'end', rest: [] };
      if (word === 'else') return { nodes, by: 'else', rest: tokens.slice(1) };
      if (word === 'define' && level === 'top') this.#define(withoutSpace(tokens.slice(1)));
      else nodes.push(this.#action(word, tokens, place));
    }
    return { nodes, by: 'eof', rest: [] };
  }

  #action(word: string, tokens: readonly Token[], place: Place): Node {
    if (branches.includes(word)) {
      const inLoop = place.inLoop || word === 'range';
      const inner = { variables: [...place.variables], inLoop };
      return this.#branch(word as Branch, tokens.slice(1), inner);
    }
    if (word === 'break' || word === 'continue') {
      if (!place.inLoop) throw this.#error(`{{${word}}} outside {{range}}`);
      return { type: word };
    }
    if (word === 'template') return this.#template(withoutSpace(tokens.slice(1)), place);
    if (word === 'block') return this.#block(withoutSpace(tokens.slice(1)), place);
    if (word === 'define') throw this.#unexpected(tokens[0], 'command');
    return { type: 'action', pipeline: this.#pipeline(tokens, place.variables, 'command') };
  }

  #branch(type: Branch, tokens: readonly Token[], place: Place): Node {
    const pipeline = this.#pipeline(tokens, place.variables, type);
    const { nodes: body, by, rest } = this.#list(place);
    if (by === 'eof') throw this.#error('unexpected EOF');
    return {
      type,
      pipeline,
      body,
      otherwise: by === 'else' ? this.#otherwise(rest, place) : [],
    };
  }

  /** `{{else}}`, or `{{else if ...}}`, which shares the `{{end}}`. */
  #otherwise(rest: readonly Token[], place: Place): readonly Node[] {
    const next = rest.find(({ type }) => type !== 'space');
    if (next) {
      const tokens = rest.slice(rest.indexOf(next) + 1);
      if (next.text === 'if' || next.text === 'with') {
        return [this.#branch(next.text, tokens, { ...place, variables: [...place.variables] })];
      }
      throw this.#error(`unexpected <${next.text}> in input`);
    }
    const { nodes, by } = this.#list(place);
    if (by === 'eof') throw this.#error('unexpected EOF');
    if (by === 'else') throw this.#error('expected end; found {{else}}');
    return nodes;
  }

  /** `{{define "name"}}` up to its `{{end}}`. Variables from around it are not seen inside. */
  #define(tokens: readonly Token[]): void {
    const context = 'define clause';
    const { name, rest } = this.#name(tokens, context);
    const [extra] = withoutSpace(rest);
    if (extra) throw this.#unexpected(extra, context);
    this.#body(name, context);
  }

  /** `{{template "name" pipeline}}`; the pipeline may be left out. */
  #template(tokens: readonly Token[], place: Place): TemplateNode {
    const context = 'template clause';
    const { name, at, rest } = this.#name(tokens, context);
    const isAlone = withoutSpace(rest).length === 0;
    const pipeline = isAlone ? undefined : this.#pipeline(rest, place.variables, context);
    const words = ['template', JSON.stringify(name), ...(pipeline ? [pipeline.source] : [])];
    return { type: 'template', name, pipeline, at, source: `{{${words.join(' ')}}}` };
  }

  /** `{{block "name" pipeline}}` is a definition and its use in one. */
  #block(tokens: readonly Token[], place: Place): TemplateNode {
    const context = 'block clause';
    const { name, at, rest } = this.#name(tokens, context);
    const pipeline = this.#pipeline(rest, place.variables, context);
    this.#body(name, context);
    const source = `{{template ${JSON.stringify(name)} ${pipeline.source}}}`;
    return { type: 'template', name, pipeline, at, source };
  }

  #body(name: string, context: string): void {
    const { nodes, by } = this.#list(topPlace());
    if (by === 'eof') throw this.#error('unexpected EOF');
    if (by === 'else') throw this.#error(`unexpected {{else}} in ${context}`);
    if (!this.#definitions.add(name, nodes)) {
      throw this.#error(`template: multiple definition of template ${JSON.stringify(name)}`);
    }
  }

  #name(tokens: readonly Token[], context: string) {
    const [token, ...rest] = tokens;
    if (token?.type !== 'string') throw this.#unexpected(token, context);
    return { name: unquote(token.text), at: token.at, rest };
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

  #unexpected(token: Token | undefined, context: string): TemplateSyntaxError {
    return this.#error(`unexpected ${quoteToken(token)} in ${context}`);
  }

  #error(message: string): TemplateSyntaxError {
    return new TemplateSyntaxError(this.#source, this.#source.length, message);
  }
}

/** Where a template begins: it knows its data, by `$`, and nothing else. */
function topPlace(): Place {
  return { variables: ['$'], inLoop: false };
}

function withoutSpace(tokens: readonly Token[]): readonly Token[] {
  const first = tokens.findIndex(({ type }) => type !== 'space');
  return first < 0 ? [] : tokens.slice(first);
}
