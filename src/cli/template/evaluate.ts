import type {
  BranchNode,
  Call,
  Node,
  Operand,
  ParsedTemplate,
  Pipeline,
  TemplateNode,
} from './ast.js';
import { functions as builtIn, type TemplateFunction } from './functions.js';
import { lineOf } from './lexer.js';
import { showResult } from './print.js';
import { typeName } from './printf.js';
import { GoStruct, isList, isMap, isTrue, sortedKeys, type Value } from './value.js';

/** A template failed while it ran. The message is Go's. */
export class TemplateError extends Error {
  /** `template`: the name of the one that ran; the outermost has none. */
  constructor(
    source: string,
    { template, ...place }: { template: string; at: number; source: string },
    message: string,
  ) {
    const line = lineOf(source, place.at);
    const column = place.at - (source.lastIndexOf('\n', place.at - 1) + 1);
    super(
      `template: :${line}:${column}: executing ${JSON.stringify(template)} at <${place.source}>: ${message}`,
    );
    this.name = 'TemplateError';
  }
}

/** `{{break}}` and `{{continue}}` on their way to the loop. */
class LoopJump {
  readonly type: 'break' | 'continue';

  constructor(type: 'break' | 'continue') {
    this.type = type;
  }
}

/** Templates inside templates: one that uses itself without an end is stopped. */
const deepest = 500;

/** Variables, innermost last. */
type Scope = { name: string; value: Value }[];

/** Runs a parsed template. */
export class Evaluator {
  readonly #source: string;
  readonly #functions: Readonly<Record<string, TemplateFunction>>;
  #output = '';
  #definitions: ParsedTemplate['definitions'] = new Map();
  /** The templates that are being run, innermost last. */
  readonly #running: string[] = [''];

  constructor(source: string, functions = builtIn) {
    this.#source = source;
    this.#functions = functions;
  }

  /** The text that the template makes of a value. @throws TemplateError */
  run({ nodes, definitions }: ParsedTemplate, data: Value): string {
    this.#output = '';
    this.#definitions = definitions;
    this.#nodes(nodes, data, [{ name: '$', value: data }]);
    return this.#output;
  }

  #nodes(nodes: readonly Node[], dot: Value, scope: Scope): void {
    for (const node of nodes) this.#node(node, dot, scope);
  }

  #node(node: Node, dot: Value, scope: Scope): void {
    switch (node.type) {
      case 'text':
        this.#output += node.text;
        break;
      case 'action': {
        const value = this.#pipeline(node.pipeline, dot, scope);
        if (node.pipeline.declares.length === 0) this.#output += showResult(value);
        break;
      }
      case 'range':
        this.#range(node, dot, [...scope]);
        break;
      case 'if':
      case 'with': {
        const inner = [...scope];
        const value = this.#pipeline(node.pipeline, dot, inner);
        const chosen = isTrue(value) ? node.body : node.otherwise;
        this.#nodes(chosen, node.type === 'with' && isTrue(value) ? value : dot, inner);
        break;
      }
      case 'template':
        this.#template(node, dot, scope);
        break;
      default:
        throw new LoopJump(node.type);
    }
  }

  #template(node: TemplateNode, dot: Value, scope: Scope): void {
    const nodes = this.#definitions.get(node.name);
    if (!nodes) throw this.#error(node, `template ${JSON.stringify(node.name)} not defined`);
    if (this.#running.length > deepest) {
      throw this.#error(node, `exceeded maximum template depth (${deepest})`);
    }
    const data = node.pipeline && this.#pipeline(node.pipeline, dot, scope);
    this.#running.push(node.name);
    this.#nodes(nodes, data, [{ name: '$', value: data }]);
    this.#running.pop();
  }

  #range(node: BranchNode, dot: Value, scope: Scope): void {
    const { pipeline } = node;
    const value = this.#pipeline({ ...pipeline, declares: [] }, dot, scope);
    const entries = this.#entries(value, pipeline);
    if (entries.length === 0) this.#nodes(node.otherwise, dot, scope);
    for (const [key, item] of entries) {
      const [first, second] = pipeline.declares;
      const inner = [...scope];
      if (second !== undefined)
        inner.push({ name: first ?? '', value: key }, { name: second, value: item });
      else if (first !== undefined) inner.push({ name: first, value: item });
      if (this.#once(node.body, item, inner) === 'break') return;
    }
  }

  /** One turn of a loop. */
  #once(body: readonly Node[], item: Value, scope: Scope): 'break' | 'continue' {
    try {
      this.#nodes(body, item, scope);
    } catch (jump) {
      if (jump instanceof LoopJump) return jump.type;
      throw jump;
    }
    return 'continue';
  }

  #entries(value: Value, place: Pipeline): readonly (readonly [Value, Value])[] {
    if (value === undefined || value === null) return [];
    if (isList<Value>(value)) return value.map((item, i) => [i, item]);
    if (isMap(value)) return sortedKeys(value).map((key) => [key, value.get(key)]);
    if (typeof value === 'number') return Array.from({ length: value }, (_, i) => [i, i]);
    if (value instanceof GoStruct && value.type === undefined) {
      const map = new Map(
        Object.entries(value.members).map(([name, member]) => [name, called(member)]),
      );
      return this.#entries(map, place);
    }
    throw this.#error(place, `range can't iterate over ${showResult(value)}`);
  }

  #pipeline(pipeline: Pipeline, dot: Value, scope: Scope): Value {
    let value: Value;
    pipeline.calls.forEach((call, i) => {
      value = this.#call(call, dot, scope, i === 0 ? [] : [value]);
    });
    for (const name of pipeline.declares) {
      const known = pipeline.sets && scope.findLast((variable) => variable.name === name);
      if (known) known.value = value;
      else scope.push({ name, value });
    }
    return value;
  }

  /** `piped`: the value from before the bar, if any; it becomes the last argument. */
  #call(call: Call, dot: Value, scope: Scope, piped: readonly Value[]): Value {
    const [head, ...rest] = call.operands;
    const later = rest.map((operand) => () => this.#operand(operand, dot, scope, []));
    const lazy = [...later, ...piped.map((value) => () => value)];
    if (head.type === 'function') return this.#function(head.name, call, lazy);
    if (
      lazy.length > 0 &&
      head.type !== 'field' &&
      head.type !== 'variable' &&
      head.type !== 'group'
    ) {
      throw this.#error(head, `can't give argument to non-function ${head.source}`);
    }
    return this.#operand(
      head,
      dot,
      scope,
      lazy.map((get) => get()),
    );
  }

  #function(name: string, call: Call, lazy: readonly (() => Value)[]): Value {
    if (name === 'and' || name === 'or') return shortCircuit(name === 'or', lazy);
    const args = lazy.map((get) => get());
    try {
      return this.#functions[name]?.(...args);
    } catch (error) {
      if (error instanceof TemplateError || !(error instanceof Error)) throw error;
      throw this.#error(call, `error calling ${name}: ${error.message}`);
    }
  }

  #operand(operand: Operand, dot: Value, scope: Scope, args: readonly Value[]): Value {
    switch (operand.type) {
      case 'dot':
        return dot;
      case 'constant':
        return operand.value;
      case 'field':
        return this.#path(dot, operand, args);
      case 'variable': {
        const variable = scope.findLast(({ name }) => name === operand.name);
        return this.#path(variable?.value, operand, args);
      }
      case 'group':
        return this.#path(this.#pipeline(operand.pipeline, dot, scope), operand, args);
      default:
        return this.#function(operand.name, { ...operand, operands: [operand] }, []);
    }
  }

  #path(
    start: Value,
    operand: Extract<Operand, { path: readonly string[] }>,
    args: readonly Value[],
  ): Value {
    const { path } = operand;
    return path.reduce<Value>((value, name, i) => {
      const isTyped = i === 0 || (start instanceof GoStruct && start.type !== undefined);
      const given = i === path.length - 1 ? args : [];
      return this.#member(value, name, { operand, isTyped, args: given });
    }, start);
  }

  /** `isTyped`: Go knows what the value is, beyond that it may be anything. */
  #member(
    value: Value,
    name: string,
    {
      operand: place,
      isTyped,
      args,
    }: { operand: Operand; isTyped: boolean; args: readonly Value[] },
  ): Value {
    if (isMap(value)) return value.get(name);
    if (value instanceof GoStruct) {
      const found = value.find(name);
      if (found) return typeof found.value === 'function' ? found.value(...args) : found.value;
      throw this.#error(
        place,
        value.type === undefined
          ? `map has no entry for key ${JSON.stringify(name)}`
          : `can't evaluate field ${name} in type ${value.type}`,
      );
    }
    if (value === undefined) return undefined;
    if (value === null) throw this.#error(place, `nil pointer evaluating interface {}.${name}`);
    throw this.#error(
      place,
      `can't evaluate field ${name} in type ${isTyped ? typeName(value) : fieldless(value)}`,
    );
  }

  #error(place: { at: number; source: string }, message: string): TemplateError {
    const template = this.#running.at(-1) ?? '';
    return new TemplateError(this.#source, { ...place, template }, message);
  }
}

/** Docker looks into the plain JSON when its types don't have a field; there everything is an interface. */
function fieldless(value: Value): string {
  return isList(value) ? typeName(value) : 'interface {}';
}

function called(member: GoStruct['members'][string]): Value {
  return typeof member === 'function' ? member() : member;
}

/** The first argument that decides, or the last. */
function shortCircuit(stopsAt: boolean, lazy: readonly (() => Value)[]): Value {
  let value: Value;
  for (const get of lazy) {
    value = get();
    if (isTrue(value) === stopsAt) return value;
  }
  return value;
}
