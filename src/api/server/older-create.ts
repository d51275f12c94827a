import { InvalidParameter } from '../../base/errors.js';
import type { ContainerCreate } from '../types/container.js';
import type { EndpointSettingsInput } from '../types/network.js';
import { compareVersions } from './version.js';

/** A body as the newest clients would send it, and what the client should know of the change. */
export interface ModernCreate {
  readonly body: ContainerCreate;
  readonly warnings: readonly string[];
}

/** Settings of endpoints by the network's reference, as they are sent. */
type Endpoints = ContainerCreate['NetworkingConfig']['EndpointsConfig'];

const noSettings: EndpointSettingsInput = {
  IPAMConfig: null,
  Links: [],
  MacAddress: '',
  Aliases: [],
  DriverOpts: {},
  GwPriority: 0,
};

const sysctlsOption = 'com.docker.network.endpoint.sysctls';

/**
 * What older clients say of the container as a whole belongs to its first network today: the MAC address since
 * API 1.44, settings of its interface since 1.46.
 * @throws InvalidParameter in Docker's words
 */
export function modernCreate(body: ContainerCreate, version: string): ModernCreate {
  const isBefore = (other: string) => compareVersions(version, other) < 0;
  const names = Object.keys(body.NetworkingConfig.EndpointsConfig);
  if (isBefore('1.44') && names.length > 1)
    throw new InvalidParameter(
      `Container cannot be created with multiple network endpoints: ${names.join(', ')}`,
    );
  const withMac = movedMac(body, isBefore);
  const withSysctls = movedSysctls(withMac.body, isBefore);
  return {
    body: withSysctls.body,
    warnings: [...withMac.warnings, ...withSysctls.warnings],
  };
}

type IsBefore = (version: string) => boolean;

function movedMac(body: ContainerCreate, isBefore: IsBefore): ModernCreate {
  const { MacAddress } = body;
  const { EndpointsConfig } = body.NetworkingConfig;
  if (MacAddress === '') {
    if (!isBefore('1.44')) return { body, warnings: [] };
    // Those versions have no such field.
    const without = Object.entries(EndpointsConfig).map(([name, settings]) => [
      name,
      settings && { ...settings, MacAddress: '' },
    ]);
    return { body: withEndpoints(body, Object.fromEntries(without)), warnings: [] };
  }
  const warnings = isBefore('1.44')
    ? []
    : [
        'The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.',
      ];
  const mode = body.HostConfig.NetworkMode;
  // Refused later, in the words for the mode.
  if (mode.startsWith('container:')) return { body, warnings: [] };
  if (mode === 'host' || mode === 'none') {
    if (isBefore('1.44'))
      throw new InvalidParameter('conflicting options: mac-address and the network mode');
    return { body: { ...body, MacAddress: '' }, warnings };
  }
  const { name, settings } = mainEndpoint(body, isBefore);
  if (settings.MacAddress !== '' && settings.MacAddress !== MacAddress && !isBefore('1.44'))
    throw new InvalidParameter(
      'the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty',
    );
  const endpoints = { ...EndpointsConfig, [name]: { ...settings, MacAddress } };
  return { body: { ...withEndpoints(body, endpoints), MacAddress: '' }, warnings };
}

/** `net.ipv4.conf.eth0.x` is set when the interface is made, whatever it is called then. */
function movedSysctls(body: ContainerCreate, isBefore: IsBefore): ModernCreate {
  const { NetworkMode, Sysctls } = body.HostConfig;
  const found = Object.entries(Sysctls).filter(([key]) => /^net\.[^.]+\.[^.]+\.eth/.test(key));
  const isShared = NetworkMode === 'host' || NetworkMode.startsWith('container:');
  if (isShared || found.length === 0) return { body, warnings: [] };
  const { name, settings } = mainEndpoint(body, isBefore);
  const moved = found.map(([key, value]) => {
    if (!isBefore('1.48'))
      throw new InvalidParameter(
        `interface specific sysctl setting ${JSON.stringify(key)} must be supplied using driver option '${sysctlsOption}'`,
      );
    const [, family, group, link, ...rest] = key.split('.');
    if (link !== 'eth0')
      throw new InvalidParameter(
        `unable to determine network endpoint for sysctl ${key}, use driver option '${sysctlsOption}' to set per-interface sysctls`,
      );
    return `net.${family}.${group}.IFNAME.${rest.join('.')}=${value}`;
  });
  const keys = found.map(([key]) => key);
  const own = settings.DriverOpts[sysctlsOption];
  const text = moved.join(',');
  const DriverOpts = {
    ...settings.DriverOpts,
    [sysctlsOption]: own === undefined ? text : `${text},${own}`,
  };
  const endpoints = {
    ...body.NetworkingConfig.EndpointsConfig,
    [name]: { ...settings, DriverOpts },
  };
  const left = Object.entries(Sysctls).filter(([key]) => !keys.includes(key));
  const HostConfig = { ...body.HostConfig, Sysctls: Object.fromEntries(left) };
  const warning = `Migrated sysctl "${keys.join(',')}" to DriverOpts{"${sysctlsOption}":"${text}"}.`;
  return { body: { ...withEndpoints(body, endpoints), HostConfig }, warnings: [warning] };
}

/**
 * The endpoint that the container's mode means. Before API 1.44 the only one is meant, whatever it is called.
 * @throws InvalidParameter where it can't be told which of several is meant
 */
function mainEndpoint(
  body: ContainerCreate,
  isBefore: IsBefore,
): { name: string; settings: EndpointSettingsInput } {
  const { EndpointsConfig } = body.NetworkingConfig;
  const mode = body.HostConfig.NetworkMode;
  const usual = ['', 'default', 'bridge'];
  const meant = usual.includes(mode) ? [mode, 'default', 'bridge'] : [mode];
  const names = Object.keys(EndpointsConfig);
  const name = names.find((one) => isBefore('1.44') || meant.includes(one));
  if (name === undefined && names.length > 0)
    throw new InvalidParameter(
      'HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks',
    );
  const known = name ?? (mode || 'default');
  return { name: known, settings: EndpointsConfig[known] ?? noSettings };
}

function withEndpoints(body: ContainerCreate, EndpointsConfig: Endpoints): ContainerCreate {
  return { ...body, NetworkingConfig: { ...body.NetworkingConfig, EndpointsConfig } };
}
