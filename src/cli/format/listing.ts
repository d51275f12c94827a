import { Failure } from '../failure.js';
import { functions, headerFunctions, type TemplateFunction } from '../template/functions.js';
import { escapeHtmlInJson, toJson } from '../template/json.js';
import { Template } from '../template/template.js';
import { GoStruct, type Method, type Value } from '../template/value.js';
import { alignTabs } from './tabwriter.js';

/** How a kind of object is listed. */
export interface Listing<Row> {
  /** Name of Docker's type, for messages about unknown fields. */
  readonly type: string;
  /** Title and value of each column that a template may name. */
  readonly columns: Readonly<Record<string, readonly [title: string, value: (row: Row) => Value]>>;
  /** Members with arguments; not part of JSON. */
  readonly methods?: Readonly<Record<string, (row: Row) => Method>>;
  /** The default table, as a template. */
  readonly table: string;
  /** With `--quiet`; `{{.ID}}` if left out. */
  readonly quiet?: string;
}

/** Renders rows by `--format`: '' and `table` are the default table, `json` a line of JSON each. @throws Failure */
export function renderListing<Row>(
  rows: readonly Row[],
  listing: Listing<Row>,
  options: { format: string; quiet?: boolean },
): string {
  const { isTable, source } = chooseTemplate(listing, options);
  const template = compile(source);
  const line = (data: Value, by: Readonly<Record<string, TemplateFunction>>) => {
    const text = execute(template, data, by);
    return text === '' && isTable ? '' : `${text}\n`;
  };
  const body = rows.map((row) => line(structOf(row, listing), functions)).join('');
  if (!isTable) return body;
  const header = line(headerOf(listing), headerFunctions);
  return alignTabs(header + body);
}

function chooseTemplate<Row>(
  listing: Listing<Row>,
  { format, quiet = false }: { format: string; quiet?: boolean },
): { isTable: boolean; source: string } {
  const usual = format === '' || format === 'table';
  if (usual && quiet) return { isTable: false, source: listing.quiet ?? '{{.ID}}' };
  if (usual) return { isTable: true, source: listing.table };
  if (format === 'json') return { isTable: false, source: '{{json .}}' };
  const unescaped = format.replaceAll('\\t', '\t').replaceAll('\\n', '\n');
  const isTable = unescaped.startsWith('table');
  return { isTable, source: isTable ? unescaped.slice('table'.length).trim() : unescaped };
}

/** @throws Failure in Docker's words */
function compile(source: string): Template {
  try {
    return new Template(source);
  } catch (error) {
    throw new Failure(`failed to parse template: ${messageOf(error)}`);
  }
}

function execute(
  template: Template,
  data: Value,
  by: Readonly<Record<string, TemplateFunction>>,
): string {
  try {
    return template.render(data, by);
  } catch (error) {
    throw new Failure(`failed to execute template: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function structOf<Row>(row: Row, listing: Listing<Row>): GoStruct {
  const members: Record<string, Method> = {};
  for (const [name, [, value]] of Object.entries(listing.columns)) members[name] = () => value(row);
  for (const [name, method] of Object.entries(listing.methods ?? {})) members[name] = method(row);
  const json = () => {
    const names = Object.keys(listing.columns).sort();
    const pairs = names.map((name) => `${JSON.stringify(name)}:${toJson(members[name]?.())}`);
    return escapeHtmlInJson(`{${pairs.join(',')}}`);
  };
  return new GoStruct(members, { type: listing.type, json });
}

/** A row of titles. A method's title is its argument. */
function headerOf<Row>(listing: Listing<Row>): GoStruct {
  const members: Record<string, Method> = {};
  for (const [name, [title]] of Object.entries(listing.columns)) members[name] = () => title;
  for (const name of Object.keys(listing.methods ?? {})) {
    members[name] = (...args) =>
      String(args[0] ?? '')
        .split('.')
        .at(-1)
        ?.replaceAll(/[-_]/g, ' ') ?? '';
  }
  return new GoStruct(members, { type: listing.type });
}
