import type { Filters } from '../../api/types/system.js';
import { InvalidParameter } from '../../base/errors.js';
import type { Container } from './container.js';
import type { ContainerRegistry } from './registry.js';
import { endpointSettings, type NetworkView, portSummaries } from './settings-view.js';

/** Whether a container is wanted. */
export type ContainerFilter = (container: Container) => boolean;

interface FilterContext {
  readonly registry: ContainerRegistry;
  readonly view: NetworkView;
  /** Ids of the images that a name, id or prefix stands for. */
  imageIds(reference: string): readonly string[];
}

type Matcher = (context: FilterContext, value: string) => ContainerFilter;

/** Filters of `ps`: values of one key are alternatives, but for labels, which must all match. */
const matchers: Readonly<Record<string, Matcher>> = {
  id: (_, value) => (c) => c.id.startsWith(value),
  name: (_, value) => byName(value),
  label: (_, value) => byLabel(value),
  status: (_, value) => byStatus(value),
  exited: (_, value) => byExitCode(value),
  ancestor: (context, value) => {
    const ids = context.imageIds(value);
    return (c) => ids.includes(c.record.image) || c.record.config.Image === value;
  },
  network:
    ({ view }, value) =>
    (c) =>
      Object.entries(endpointSettings(view, c)).some(
        ([name, settings]) =>
          name === value || (settings.NetworkID !== '' && settings.NetworkID.startsWith(value)),
      ),
  volume: (_, value) => (c) =>
    c.record.mounts.some((m) => (m.Name ?? m.Source) === value || m.Destination === value),
  before: ({ registry }, value) => {
    const other = registry.find(value).record.created;
    return (c) => c.record.created < other;
  },
  since: ({ registry }, value) => {
    const other = registry.find(value).record.created;
    return (c) => c.record.created > other;
  },
  publish:
    ({ view }, value) =>
    (c) =>
      portSummaries(view, c).some((p) => portMatches(value, p.PublicPort, p.Type)),
  expose:
    ({ view }, value) =>
    (c) =>
      portSummaries(view, c).some((p) => portMatches(value, p.PrivatePort, p.Type)),
  'is-task': (_, value) => () => value === 'false',
  health: (_, value) => byHealth(value),
};

const healths = ['starting', 'healthy', 'unhealthy', 'none'];
const statuses = ['created', 'restarting', 'running', 'removing', 'paused', 'exited', 'dead'];

/** Makes one test of all filters. @throws InvalidParameter `invalid filter 'x'` */
export function containerFilter(context: FilterContext, filters: Filters): ContainerFilter {
  const tests = [...filters].map(([key, values]) => {
    const matcher = matchers[key];
    if (!matcher) throw new InvalidParameter(`invalid filter '${key}'`);
    const each = values.map((value) => matcher(context, value));
    return key === 'label'
      ? (c: Container) => each.every((test) => test(c))
      : (c: Container) => each.some((test) => test(c));
  });
  return (container) => tests.every((test) => test(container));
}

function byName(pattern: string): ContainerFilter {
  const wanted = compile(pattern);
  return (c) => wanted.test(c.record.name) || wanted.test(`/${c.record.name}`);
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch {
    throw new InvalidParameter(`invalid filter 'name=${pattern}': not a regular expression`);
  }
}

function byExitCode(value: string): ContainerFilter {
  if (!/^[+-]?\d+$/.test(value))
    throw new InvalidParameter(
      `invalid filter 'exited=${value}': strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`,
    );
  return (c) => c.status === 'exited' && c.record.lastRun.exitCode === Number(value);
}

function byLabel(value: string): ContainerFilter {
  const equals = value.indexOf('=');
  if (equals < 0) return (c) => Object.hasOwn(c.record.config.Labels, value);
  return (c) => c.record.config.Labels[value.slice(0, equals)] === value.slice(equals + 1);
}

function byStatus(value: string): ContainerFilter {
  if (!statuses.includes(value)) throw new InvalidParameter(`invalid filter 'status=${value}'`);
  return (c) => c.status === value;
}

function byHealth(value: string): ContainerFilter {
  if (!healths.includes(value)) throw new InvalidParameter(`invalid filter 'health=${value}'`);
  return (c) => (c.health?.Status ?? 'none') === value;
}

function portMatches(wanted: string, port: number | undefined, protocol: string): boolean {
  const [range = '', wantedProtocol = 'tcp'] = wanted.split('/');
  const [first = Number.NaN, last = first] = range.split('-').map(Number);
  return port !== undefined && protocol === wantedProtocol && port >= first && port <= last;
}
