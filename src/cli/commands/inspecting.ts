import { parseJson } from '../../api/client/json.js';
import type { Context } from '../command.js';
import { Failure } from '../failure.js';
import { indentJson } from '../format/indent.js';
import { describeError } from '../report.js';
import { Template } from '../template/template.js';
import { fromJson } from '../template/value.js';

/** Gets the JSON of one object, as the daemon sent it. */
export type Inspect = (ref: string) => Promise<string>;

/** Exit code of Docker for a template that can't be parsed. */
const badTemplate = 64;

/** Prints objects as JSON or by a template; what can't be found is told at the end. @throws Failure */
export async function inspectAll(
  { terminal }: Pick<Context, 'terminal'>,
  refs: readonly string[],
  format: string,
  inspect: Inspect,
): Promise<undefined> {
  const template = format === '' || format === 'json' ? undefined : compile(format);
  const found: string[] = [];
  const errors: string[] = [];
  for (const ref of refs) {
    try {
      found.push(await inspect(ref));
    } catch (error) {
      errors.push(describeError(error));
    }
  }
  if (template) printEach(terminal.stdout, template, found);
  else
    terminal.stdout.write(
      format === 'json' ? `[${found.map((json) => json.trim()).join(',')}]\n` : listText(found),
    );
  if (template && found.length === 0) terminal.stdout.write('\n');
  if (errors.length > 0) throw new Failure(errors.join('\n'));
  return undefined;
}

function listText(found: readonly string[]): string {
  return found.length === 0 ? '[]\n' : `${indentJson(`[${found.join(',')}]`)}\n`;
}

function compile(format: string): Template {
  try {
    return new Template(format);
  } catch (error) {
    throw new Failure(parsingError(error), badTemplate);
  }
}

function printEach(stdout: NodeJS.WritableStream, template: Template, found: readonly string[]) {
  for (const json of found) {
    try {
      stdout.write(`${template.render(fromJson(parseJson(json)))}\n`);
    } catch (error) {
      stdout.write('\n');
      throw new Failure(parsingError(error));
    }
  }
}

function parsingError(error: unknown): string {
  return `template parsing error: ${error instanceof Error ? error.message : error}`;
}
