import { clientApiVersion } from '../../../api/client/client.js';
import { System } from '../../../api/client/system.js';
import { command } from '../../command.js';
import { Failure } from '../../failure.js';
import { format } from '../../parse/flag.js';
import { describeError } from '../../report.js';
import { Template } from '../../template/template.js';
import { fromJson, GoStruct, isList, type Value } from '../../template/value.js';
import { productVersion } from '../../version.js';

const goArchitectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

export default command({
  usage: '[OPTIONS]',
  summary: 'Show the tsnet version information',
  arity: { least: 0, most: 0 },
  flags: { format: format() },
  async run({ api, terminal, chosen }, { flags }) {
    const template = flags.format === '' ? undefined : parsed(flags.format);
    const system = new System(api);
    const server = await system.version().then(
      (json) => ({ value: fromJson(json) }),
      (error: unknown) => ({ error }),
    );
    const client = new GoStruct({
      Version: productVersion,
      ApiVersion: await api.version().catch(() => clientApiVersion),
      DefaultAPIVersion: clientApiVersion,
      Os: process.platform,
      Arch: goArchitectures[process.arch] ?? process.arch,
      NodeVersion: process.version,
      Context: chosen.context,
    });
    const value = 'value' in server ? server.value : null;
    const { text, failure } = template
      ? rendered(template, new GoStruct({ Client: client, Server: value }))
      : { text: longText(client, value) };
    terminal.stdout.write(template ? `${text}\n` : text);
    if ('error' in server) throw new Failure(describeError(server.error));
    if (failure !== undefined) throw new Failure(failure);
    return undefined;
  },
});

/** @throws Failure if it can't be parsed */
function parsed(source: string): Template {
  try {
    return new Template(source === 'json' ? '{{json .}}' : source);
  } catch (error) {
    throw new Failure(`template parsing error: ${messageOf(error)}`, 64);
  }
}

/** What there is of it if it fails at one of the fields; the failure is told once that is written. */
function rendered(template: Template, data: GoStruct): { text: string; failure?: string } {
  try {
    return { text: template.render(data) };
  } catch (error) {
    return { text: '', failure: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

type Fields = readonly (readonly [title: string, value: Value])[];

function longText(client: GoStruct, server: Value): string {
  const { Version, ApiVersion, NodeVersion, Os, Arch, Context } = member(client);
  const head = block('Client:', [
    ['Version:', Version],
    ['API version:', ApiVersion],
    ['Node version:', NodeVersion],
    ['OS/Arch:', `${String(Os)}/${String(Arch)}`],
    ['Context:', Context],
  ]);
  return server instanceof GoStruct ? `${head}\n${serverText(server)}` : head;
}

function serverText(server: GoStruct): string {
  const { Platform, Components } = member(server);
  const name = Platform instanceof GoStruct ? member(Platform)['Name'] : '';
  const parts = isList<Value>(Components)
    ? Components.filter((one) => one instanceof GoStruct)
    : [];
  return `Server: ${String(name)}\n${parts.map((part) => componentText(member(part))).join('')}`;
}

function componentText({ Name, Version, Details }: Readonly<Record<string, Value>>): string {
  const details = Details instanceof GoStruct ? member(Details) : {};
  const rows: Fields =
    Name === 'Engine'
      ? [
          ['Version:', Version],
          [
            'API version:',
            `${String(details['ApiVersion'])} (minimum version ${String(details['MinAPIVersion'])})`,
          ],
          ['Go version:', details['GoVersion']],
          ['Git commit:', details['GitCommit']],
          ['Built:', details['BuildTime']],
          ['OS/Arch:', `${String(details['Os'])}/${String(details['Arch'])}`],
          ['Experimental:', details['Experimental']],
        ]
      : [
          ['Version:', Version],
          ['GitCommit:', details['GitCommit']],
        ];
  const lines = rows.map(([title, value]) => `  ${title.padEnd(17)} ${String(value ?? '')}\n`);
  return ` ${String(Name)}:\n${lines.join('')}`;
}

function block(title: string, rows: Fields): string {
  return `${title}\n${rows.map(([name, value]) => ` ${name.padEnd(18)} ${String(value ?? '')}\n`).join('')}`;
}

/** Values by name. API objects have no methods. */
function member(struct: GoStruct): Readonly<Record<string, Value>> {
  const entries = Object.entries(struct.members);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'function' ? value() : value]),
  );
}
