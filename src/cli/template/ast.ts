/** Places are offsets in the template; `source` is the text that messages quote. */
interface Placed {
  readonly at: number;
  readonly source: string;
}

/** An operand. `path` are the fields after it. */
export type Operand = Placed &
  (
    | { readonly type: 'dot' }
    | { readonly type: 'field'; readonly path: readonly string[] }
    | { readonly type: 'variable'; readonly name: string; readonly path: readonly string[] }
    | { readonly type: 'constant'; readonly value: string | number | boolean | null }
    | { readonly type: 'function'; readonly name: string }
    | { readonly type: 'group'; readonly pipeline: Pipeline; readonly path: readonly string[] }
  );

/** Operands side by side: a function or method and its arguments. */
export interface Call extends Placed {
  readonly operands: readonly [Operand, ...Operand[]];
}

/** Calls joined by `|`. With `declares`, the value goes to variables; `sets` ones that are there already. */
export interface Pipeline extends Placed {
  readonly declares: readonly string[];
  readonly sets: boolean;
  readonly calls: readonly Call[];
}

export type Branch = 'if' | 'with' | 'range';

/** `{{if}}`, `{{with}}` or `{{range}}` with what they enclose. */
export interface BranchNode {
  readonly type: Branch;
  readonly pipeline: Pipeline;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
}

/** `{{template "name" .}}`: another template in this place. Without a pipeline its data is nothing. */
export interface TemplateNode extends Placed {
  readonly type: 'template';
  readonly name: string;
  readonly pipeline: Pipeline | undefined;
}

/** A template and those that it defines, by name. */
export interface ParsedTemplate {
  readonly nodes: readonly Node[];
  readonly definitions: ReadonlyMap<string, readonly Node[]>;
}

/** A part of a template. */
export type Node =
  | BranchNode
  | TemplateNode
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'action'; readonly pipeline: Pipeline }
  | { readonly type: 'break' | 'continue' };
