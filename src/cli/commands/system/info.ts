import { ApiError } from '../../../api/client/errors.js';
import { System } from '../../../api/client/system.js';
import { type Context, command } from '../../command.js';
import { Failure } from '../../failure.js';
import { infoText, infoWarnings } from '../../format/info.js';
import { format } from '../../parse/flag.js';
import { describeError } from '../../report.js';
import { Template } from '../../template/template.js';
import { fromJson, GoStruct, type Value } from '../../template/value.js';
import { productVersion } from '../../version.js';

export default command({
  usage: '[OPTIONS]',
  summary: 'Display system-wide information',
  arity: { least: 0, most: 0 },
  flags: { format: format() },
  run: (context, { flags }) =>
    flags.format === '' ? printText(context) : printFormat(context, flags.format),
});

async function printText({ api, terminal, debug, chosen }: Context): Promise<undefined> {
  terminal.stdout.write(
    `Client:\n Version:    ${productVersion}\n Context:    ${chosen.context}\n Debug Mode: ${debug}\n\nServer:\n`,
  );
  try {
    const info = await new System(api).info();
    terminal.stdout.write(infoText(info));
    terminal.stderr.write(infoWarnings(info));
  } catch (error) {
    const text = describeError(error);
    const refused = error instanceof ApiError;
    throw new Failure(refused ? `ERROR: ${text}\nerrors pretty printing info` : text);
  }
  return undefined;
}

async function printFormat({ api, terminal }: Context, source: string): Promise<undefined> {
  const template = parsed(source === 'json' ? '{{json .}}' : source);
  const info = typed(fromJson(await new System(api).info()));
  try {
    terminal.stdout.write(`${template.render(info)}\n`);
  } catch (error) {
    terminal.stdout.write('\n');
    throw new Failure(error instanceof Error ? error.message : String(error));
  }
  return undefined;
}

function parsed(source: string): Template {
  try {
    return new Template(source);
  } catch (error) {
    const text = error instanceof Error ? error.message : error;
    throw new Failure(`template parsing error: ${text}`, 64);
  }
}

/** Docker looks fields up in its own type, which messages name. */
function typed(info: Value): Value {
  if (!(info instanceof GoStruct)) return info;
  const json = () => new Template('{{json .}}').render(info);
  return new GoStruct(info.members, { type: 'system.dockerInfo', json });
}
