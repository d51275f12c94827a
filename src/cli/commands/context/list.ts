import { command } from '../../command.js';
import { type Listing, renderListing } from '../../format/listing.js';
import { tableFormat, toggle } from '../../parse/flag.js';
import { ownDescription, storeOf } from './endpoint-config.js';

interface Row {
  readonly name: string;
  readonly isCurrent: boolean;
  readonly description: string;
  readonly host: string;
  readonly error: string;
}

export default command({
  usage: '[OPTIONS]',
  summary: 'List contexts',
  arity: { least: 0, most: 0 },
  flags: {
    format: tableFormat(),
    quiet: toggle('Only show context names', { short: 'q' }),
  },
  async run(context, { flags }) {
    const { chosen, terminal } = context;
    const rows = rowsOf(context);
    terminal.stdout.write(renderListing(rows, listing, flags));
    const isOverridden = ['DOCKER_HOST', 'TSNET_HOST'].includes(chosen.variable ?? '');
    if (isOverridden) {
      terminal.stderr.write(
        `Warning: ${chosen.variable} environment variable overrides the active context. To use a context, either set the global --context flag, or unset ${chosen.variable} environment variable.\n`,
      );
    }
    return undefined;
  },
});

function rowsOf(context: Parameters<typeof storeOf>[0]): Row[] {
  const { chosen } = context;
  const store = storeOf(context);
  const stored = store.list().map(({ Name, Metadata, Endpoints }) => ({
    name: Name,
    isCurrent: Name === chosen.context,
    description: Metadata.Description ?? '',
    host: Endpoints.docker?.Host ?? '',
    error: '',
  }));
  const own = {
    name: 'default',
    isCurrent: chosen.context === 'default',
    description: ownDescription,
    host: chosen.host,
    error: '',
  };
  const isMissing = !own.isCurrent && !stored.some(({ isCurrent }) => isCurrent);
  const missing = isMissing ? [missingRow(chosen.context, () => store.get(chosen.context))] : [];
  return [own, ...stored, ...missing].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function missingRow(name: string, get: () => unknown): Row {
  try {
    get();
    return { name, isCurrent: true, description: '', host: '', error: '' };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { name, isCurrent: true, description: '', host: '', error: text };
  }
}

/** Longer ones are cut, as Docker cuts them. */
const most = 45;

const listing: Listing<Row> = {
  type: '*formatter.clientContextContext',
  table: '{{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}',
  quiet: '{{.Name}}',
  columns: {
    Current: ['', ({ isCurrent }) => isCurrent],
    Description: ['DESCRIPTION', ({ description }) => description],
    DockerEndpoint: ['DOCKER ENDPOINT', ({ host }) => host],
    Error: ['ERROR', ({ error }) => (error.length > most ? `${error.slice(0, most - 1)}…` : error)],
    Name: ['NAME', ({ name }) => name],
  },
};
