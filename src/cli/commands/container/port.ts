import { Containers, type InspectedContainer } from '../../../api/client/containers.js';
import { command } from '../../command.js';
import { Failure } from '../../failure.js';
import { hostPort } from '../../format/ports.js';

type Ports = InspectedContainer['NetworkSettings']['Ports'];

export default command({
  usage: 'CONTAINER [PRIVATE_PORT[/PROTO]]',
  summary: 'List port mappings or a specific mapping for the container',
  arity: { least: 1, most: 2 },
  flags: {},
  async run({ api, terminal }, { args: [ref = '', wanted] }) {
    const container = await new Containers(api).inspect(ref);
    const { Ports: ports } = container.NetworkSettings;
    const lines = wanted === undefined ? allLines(ports) : oneLine(ports, wanted, ref);
    if (lines.length > 0) terminal.stdout.write(`${lines.join('\n')}\n`);
    return undefined;
  },
});

function allLines(ports: Ports): string[] {
  const lines = Object.entries(ports).flatMap(([port, bindings]) =>
    (bindings ?? []).map(({ HostIp, HostPort }) => `${port} -> ${hostPort(HostIp, HostPort)}`),
  );
  return lines.sort(byPort);
}

function byPort(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1);
}

function oneLine(ports: Ports, wanted: string, ref: string): string[] {
  const [port = '', protocol = 'tcp'] = wanted.split('/');
  if (!/^\d+$/.test(port) || Number(port) > 65_535) {
    const problem = /^\d+$/.test(port) ? 'value out of range' : 'invalid syntax';
    throw new Failure(
      `Error: invalid port (${port}): strconv.ParseUint: parsing ${JSON.stringify(port)}: ${problem}`,
    );
  }
  const bindings = ports[`${port}/${protocol}`];
  if (!bindings || bindings.length === 0) {
    throw new Failure(`Error: No public port '${wanted}' published for ${ref}`);
  }
  return bindings.map(({ HostIp, HostPort }) => hostPort(HostIp, HostPort));
}
