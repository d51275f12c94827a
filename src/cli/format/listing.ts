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
  /** With `--quiet` any format but `raw` gives way. */
  readonly quietWins?: boolean;
  /** What `--format raw` stands for, and with `--quiet`; where there is nothing it is a template like others. */
  readonly raw?: { readonly full: string; readonly quiet: string };
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

function chooseTemplate(
  listing: Pick<Listing<never>, 'table' | 'quiet' | 'quietWins' | 'raw'>,
  { format, quiet = false }: { format: string; quiet?: boolean },
): { isTable: boolean; source: string } {
  if (format === 'raw' && listing.raw) {
    return { isTable: false, source: quiet ? listing.raw.quiet : listing.raw.full };
  }
  const usual = format === '' || format === 'table';
  if (quiet && (usual || listing.quietWins)) {
    return { isTable: false, source: listing.quiet ?? '{{.ID}}' };
  }
  if (usual) return { isTable: true, source: listing.table };
  if (format === 'json') return { isTable: false, source: '{{json .}}' };
  const isTable = format.startsWith('table');
  const source = (isTable ? format.slice('table'.length) : format).replace(/^ +| +$/g, '');
  return { isTable, source: source.replaceAll('\\t', '\t').replaceAll('\\n', '\n') };
}

/** One value by a template, and nothing more: no line end follows. @throws Failure */
export function renderOne(data: Value, format: string): string {
  const { source } = chooseTemplate({ table: '' }, { format });
  return inWords('', () => compile(source).render(data));
}

/** @throws Failure in Docker's words */
function compile(source: string): Template {
  return inWords('template parsing error', () => new Template(source));
}

function execute(
  template: Template,
  data: Value,
  by: Readonly<Record<string, TemplateFunction>>,
): string {
  return inWords('template parsing error', () => template.render(data, by));
}

/**
 * Tries a format on a row of nothing before anything is listed, as it was given: not even `table` is taken away.
 * Tells which columns it uses. @throws Failure in Docker's words
 */
export function tryFormat<Row>(
  format: string,
  listing: Listing<Row>,
  nothing: Row,
): ReadonlySet<string> {
  const template = inWords('failed to parse template', () => new Template(format));
  const used = new Set<string>();
  const watched = Object.entries(listing.columns).map(([name, [title, value]]) => {
    const watch = (row: Row) => {
      used.add(name);
      return value(row);
    };
    return [name, [title, watch]] as const;
  });
  const row = structOf(nothing, { ...listing, columns: Object.fromEntries(watched) });
  inWords('failed to execute template', () => template.render(row));
  return used;
}

function inWords<T>(context: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Failure) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new Failure(context === '' ? message : `${context}: ${message}`);
  }
}

/** One row as templates see it. */
export function structOf<Row>(row: Row, listing: Listing<Row>): GoStruct {
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
