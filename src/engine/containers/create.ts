import type { ContainerCreate, ContainerCreated } from '../../api/types/container.js';
import { InvalidParameter, NotFound, TsnetError } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { Rollback } from '../../base/rollback.js';
import { checkCgroupParent } from './cgroup-parent.js';
import { claimAddresses } from './claims.js';
import { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { checkHealthcheck } from './health/check.js';
import { checkWorkingDir, withDefaults } from './host-defaults.js';
import { withJoinedIds } from './joined-namespaces.js';
import { newLinks } from './legacy-links.js';
import { mergeConfig } from './merge.js';
import { type ContainerRecord, neverRun } from './model.js';
import type { WantedMount } from './mounts/model.js';
import { planMounts, registerMounts } from './mounts/register.js';
import { checkName, inventName } from './names.js';
import { checkModes, checkNetworking } from './network-checks.js';
import { defaultNetwork, joinedContainer, networkMode } from './network-mode.js';
import { wantedNetworks } from './networking.js';
import { isRestarting } from './restart/policy.js';
import { checkStorageOptions } from './storage-options.js';
import { checkWrittenNames } from './written-names.js';

/** Makes a container: its record and its writable layer. Nothing runs yet. */
export async function createContainer(
  context: ContainersContext,
  wantedName: string | undefined,
  body: ContainerCreate,
): Promise<ContainerCreated> {
  const { registry, rootfs } = context;
  await using rollback = new Rollback(context.logger);
  const draft = draftContainer(context, wantedName, body);
  const { id, name } = draft.record;
  const Warnings = [...draft.warnings, ...warnings(body)];

  registry.reserveName(name, id);
  rollback.defer('name', () => registry.releaseName(name));
  rollback.defer('root file system', () => rootfs.remove(id));
  await rootfs.prepare(id, draft.chainId);
  const { mounts, settle } = await registerMounts({ context, id, rollback }, draft.mounts);
  const record = { ...draft.record, mounts };
  await context.records.save(id, record);
  await settle();
  const container = new Container(record);
  registry.add(container);
  claimAddresses(context, container);
  rollback.commit();
  context.emit({ action: 'create', container: record });
  return { Id: id, Warnings };
}

/** A container that is not made yet. */
export interface ContainerDraft {
  /** Without its mounts. */
  readonly record: ContainerRecord;
  readonly mounts: readonly WantedMount[];
  readonly chainId: string | undefined;
  readonly warnings: readonly string[];
}

/** Works a new container's record out, and checks it; nothing is made. */
export function draftContainer(
  context: ContainersContext,
  wantedName: string | undefined,
  body: ContainerCreate,
): ContainerDraft {
  const { registry } = context;
  const id = context.ids.id();
  if (body.Image === '') {
    throw new InvalidParameter('config cannot be empty in order to create a container');
  }
  checkModes({ ...body, host: body.HostConfig });
  checkWrittenNames({ ...body, host: body.HostConfig });
  checkCgroupParent(body.HostConfig.CgroupParent);
  checkStorageOptions(body.HostConfig.StorageOpt);
  const image = context.images.resolve(body.Image);
  const name = wantedName
    ? checkName(wantedName)
    : inventName(context.ids, (free) => registry.isNameFree(free));
  const { host, warnings } = context.launcher.review(body.HostConfig);
  const reviewed = { ...body, HostConfig: withJoinedIds(context, host) };
  const record = newRecord(context, { id, name, image, body: reviewed });
  checkNetworking(context, record);
  const mounts = planMounts(context, {
    host: record.host,
    paths: Object.keys(record.config.Volumes),
  });
  return { record, mounts, chainId: image.chainId, warnings };
}

function newRecord(
  context: ContainersContext,
  {
    id,
    name,
    image,
    body,
  }: { id: string; name: string; image: { id: string; config: object }; body: ContainerCreate },
): ContainerRecord {
  const { HostConfig: wantedHost, NetworkingConfig: networking, ...wanted } = body;
  const host = {
    ...withDefaults(wantedHost),
    LogConfig: context.logs.settle(wantedHost.LogConfig),
  };
  checkWorkingDir(wanted);
  checkHealthcheck(wanted.Healthcheck);
  const { config, args } = mergeConfig(wanted, image.config);
  const mode = modeOf(context, wanted.NetworkDisabled, host.NetworkMode);
  const fullMode = modeById(context, mode);
  const links = isUserDefined(fullMode) ? [] : newLinks(context, host.Links);
  return {
    id,
    name,
    created: context.clock.now().toISOString(),
    image: image.id,
    driver: context.rootfs.driver,
    config: { ...config, Hostname: config.Hostname || defaultHostname(context, id, fullMode) },
    args,
    host: { ...host, NetworkMode: fullMode },
    networks: wantedNetworks(fullMode, networking?.EndpointsConfig ?? {}, isSameIn(context)),
    ...(links.length > 0 && { links }),
    mounts: [],
    lastRun: neverRun,
  };
}

/** With `--bridge none` the daemon has no default network, and a container that asks for it has its loopback. */
function modeOf({ networks }: ContainersContext, isDisabled: boolean, mode: string): string {
  const wanted = networkMode(mode);
  const isThere = () => networks.networks().some(({ name }) => name === wanted);
  return isDisabled || (wanted === defaultNetwork && !isThere()) ? 'none' : mode;
}

/**
 * The mode with the id of a joined container instead of its name, so that a renamed one is still found. One that
 * isn't there, or is this very one, is found out at the start.
 */
function modeById({ registry }: ContainersContext, mode: string): string {
  const joined = joinedContainer(mode);
  if (joined === undefined) return networkMode(mode);
  try {
    return `container:${registry.find(joined).id}`;
  } catch (error) {
    if (error instanceof NotFound) return mode;
    throw error;
  }
}

function isUserDefined(mode: string): boolean {
  return !['bridge', 'host', 'none'].includes(mode) && joinedContainer(mode) === undefined;
}

/** Whether two references mean one network. */
function isSameIn({ networks }: ContainersContext): (a: string, b: string) => boolean {
  const idOf = (reference: string) => {
    try {
      return networks.network(reference).id;
    } catch (error) {
      // One that isn't there yet is as good as its name.
      if (error instanceof TsnetError) return reference;
      throw error;
    }
  };
  return (a, b) => idOf(a) === idOf(b);
}

function defaultHostname(context: ContainersContext, id: string, mode: string): string {
  return mode === 'host' ? context.settings.hostname() : shortId(id);
}

function warnings({ HostConfig: host }: ContainerCreate): string[] {
  if (host.AutoRemove && isRestarting(host.RestartPolicy)) {
    throw new InvalidParameter("can't create 'AutoRemove' container with restart policy");
  }
  const found: string[] = [];
  if (host.NetworkMode === 'host' && Object.keys(host.PortBindings).length > 0) {
    found.push('Published ports are discarded when using host network mode');
  }
  return found;
}
