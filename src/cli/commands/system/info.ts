import { ApiError } from '../../../api/client/errors.js';
import { System } from '../../../api/client/system.js';
import { type Context, command } from '../../command.js';
import { Failure } from '../../failure.js';
import { infoText } from '../../format/info.js';
import { format } from '../../parse/flag.js';
import { describeError } from '../../report.js';
import { Template } from '../../template/template.js';
import { fromJson } from '../../template/value.js';
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
    terminal.stdout.write(infoText(await new System(api).info()));
  } catch (error) {
    const text = describeError(error);
    const refused = error instanceof ApiError;
    throw new Failure(refused ? `ERROR: ${text}\nerrors pretty printing info` : text);
  }
  return undefined;
}

async function printFormat({ api, terminal }: Context, source: string): Promise<undefined> {
  const info = fromJson(await new System(api).info());
  try {
    const template = new Template(source === 'json' ? '{{json .}}' : source);
    terminal.stdout.write(`${template.render(info)}\n`);
  } catch (error) {
    throw new Failure(
      `template parsing error: ${error instanceof Error ? error.message : error}`,
      64,
    );
  }
  return undefined;
}
