import type { ParsedTemplate } from './ast.js';
import { Evaluator } from './evaluate.js';
import { functions, type TemplateFunction } from './functions.js';
import { parseTemplate } from './parser.js';
import type { Value } from './value.js';

/** A Go template, as `--format` takes it. */
export class Template {
  readonly #source: string;
  readonly #parsed: ParsedTemplate;

  /** @throws TemplateSyntaxError */
  constructor(source: string) {
    this.#source = source;
    this.#parsed = parseTemplate(source, new Set([...Object.keys(functions), 'and', 'or']));
  }

  /** The text that it makes of a value. @throws TemplateError */
  render(
    data: Value,
    withFunctions: Readonly<Record<string, TemplateFunction>> = functions,
  ): string {
    return new Evaluator(this.#source, withFunctions).run(this.#parsed, data);
  }
}
