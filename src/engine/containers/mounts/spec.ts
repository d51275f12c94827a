import { isAbsolute, normalize } from 'node:path/posix';
import type { MountRequest } from '../../../api/types/container.js';
import { InvalidParameter, messageOf } from '../../../base/errors.js';
import { defaultPropagation, isMode, parseMode, propagations } from './mode.js';
import type { WantedMount } from './model.js';
import { checkTmpfsOptions } from './tmpfs.js';

/** What has to be looked up. */
export interface MountFacts {
  /** Whether there is such a file or folder on the host. */
  exists(path: string): boolean;
}

/** Reads `-v source:/path[:mode]`. @throws InvalidParameter in Docker's words */
export function parseBind(spec: string, volumeDriver: string): WantedMount {
  const [source = '', target, mode = '', ...rest] = spec.split(':');
  const isPathWithMode = target !== undefined && spec.split(':').length === 2 && isMode(target);
  if (source === '' || rest.length > 0 || isPathWithMode) {
    throw new InvalidParameter(`invalid volume specification: '${spec}'`);
  }
  const { readOnly, propagation, noCopy } = parseMode(mode);
  const isBind = target !== undefined && isAbsolute(source);
  const request: MountRequest = {
    ...emptyRequest,
    Type: isBind ? 'bind' : 'volume',
    Source: target === undefined ? '' : source,
    Target: target ?? source,
    ReadOnly: readOnly,
  };
  try {
    if (!isBind && propagation !== undefined) throw extraField('volume', 'BindOptions');
    if (isBind && noCopy) throw extraField('bind', 'VolumeOptions');
    const wanted = readMount(request);
    return isBind
      ? { ...wanted, Mode: mode, Propagation: propagation ?? defaultPropagation }
      : { ...withDriver(wanted, volumeDriver, noCopy), Mode: mode };
  } catch (error) {
    throw new InvalidParameter(`invalid volume specification: '${spec}': ${messageOf(error)}`);
  }
}

const emptyRequest = {
  Source: '',
  Target: '',
  ReadOnly: false,
  Consistency: '',
  BindOptions: undefined,
  VolumeOptions: undefined,
  TmpfsOptions: undefined,
  ImageOptions: undefined,
} as const;

function withDriver(
  { copy, ...wanted }: WantedMount,
  driver: string,
  noCopy: boolean,
): WantedMount {
  return {
    ...wanted,
    volume: { driver, options: null, labels: null },
    ...(copy && !noCopy && { copy }),
  };
}

/** Reads `--mount`. @throws InvalidParameter in Docker's words: `invalid mount config for type "bind": ...` */
export function parseMount(request: MountRequest, facts: MountFacts): WantedMount {
  const wanted = readMount(request);
  if (request.Type !== 'bind') return wanted;
  const creates = request.BindOptions?.CreateMountpoint === true;
  if (!creates && !facts.exists(request.Source)) {
    throw refusal('bind', `bind source path does not exist: ${request.Source}`);
  }
  return creates ? wanted : { ...wanted, mustExist: true };
}

function readMount(request: MountRequest): WantedMount {
  const { Type, Target, ReadOnly } = request;
  checkOptions(request);
  checkTarget(Type, Target);
  const read = Object.hasOwn(readers, Type) ? readers[Type] : undefined;
  if (!read) throw refusal(Type, 'mount type unknown');
  const shared = { Destination: normalize(Target).replace(/(.)\/$/, '$1'), RW: !ReadOnly };
  return { Type, Mode: '', ...shared, ...read(request) };
}

type Read = (request: MountRequest) => Omit<WantedMount, 'Type' | 'Mode' | 'Destination' | 'RW'>;

const readers: Readonly<Record<string, Read>> = {
  bind: readBind,
  volume: readVolume,
  tmpfs: readTmpfs,
  image: readImage,
};

/** Options are of one type of mount each. */
function checkOptions(request: MountRequest): void {
  const { Type, BindOptions, VolumeOptions, TmpfsOptions, ImageOptions } = request;
  const options = [
    ['bind', 'BindOptions', BindOptions],
    ['volume', 'VolumeOptions', VolumeOptions],
    ['tmpfs', 'TmpfsOptions', TmpfsOptions],
    ['image', 'ImageOptions', ImageOptions],
  ] as const;
  for (const [type, field, given] of options) {
    if (given && type !== Type) throw extraField(Type, field);
  }
}

function checkTarget(type: string, target: string): void {
  if (target === '') throw refusal(type, 'field Target must not be empty');
  checkDestination(target, (reason) => refusal(type, reason));
}

/** @throws what `refuse` makes of Docker's words */
export function checkDestination(target: string, refuse: (reason: string) => Error): void {
  if (/^\/*$/.test(normalize(target)) || normalize(target) === './') {
    throw refuse("invalid specification: destination can't be '/'");
  }
  if (!isAbsolute(target)) {
    throw refuse(`invalid mount path: '${target}' mount path must be absolute`);
  }
}

function readBind({ Source, BindOptions }: MountRequest) {
  if (Source === '') throw refusal('bind', 'field Source must not be empty');
  const propagation = BindOptions?.Propagation || defaultPropagation;
  if (!propagations.includes(propagation)) {
    throw refusal('bind', `invalid propagation mode: ${propagation}`);
  }
  if (!isAbsolute(Source)) {
    throw refusal('bind', `invalid mount path: '${Source}' mount path must be absolute`);
  }
  return {
    Source: normalize(Source).replace(/(.)\/$/, '$1'),
    Propagation: propagation,
    ...(BindOptions?.NonRecursive && { nonRecursive: true as const }),
    ...(BindOptions?.ReadOnlyNonRecursive && { readOnlyNonRecursive: true as const }),
    ...(BindOptions?.ReadOnlyForceRecursive && { readOnlyForceRecursive: true as const }),
  };
}

function readVolume({ Source, VolumeOptions }: MountRequest) {
  const { Subpath = '', NoCopy, DriverConfig, Labels } = VolumeOptions ?? {};
  if (Subpath !== '' && Source === '') {
    throw refusal('volume', 'must not set Subpath when using anonymous volumes');
  }
  if (Subpath !== '' && !isLocal(Subpath)) {
    throw refusal('volume', 'subpath must be a relative path within the volume');
  }
  return {
    Source: '',
    Propagation: '',
    volume: {
      driver: DriverConfig?.Name ?? '',
      options: DriverConfig?.Options ?? null,
      labels: VolumeOptions ? (Labels ?? null) : null,
    },
    ...(Source === '' ? { anonymous: true as const } : { Name: Source }),
    ...(Subpath !== '' && { subpath: Subpath }),
    ...(!NoCopy && { copy: true as const }),
  };
}

/** Nothing can be written to it. */
function readImage({ Source, ImageOptions }: MountRequest) {
  const { Subpath = '' } = ImageOptions ?? {};
  if (Source === '') throw refusal('image', 'field Source must not be empty');
  if (Subpath !== '' && !isLocal(Subpath)) {
    throw refusal('image', 'subpath must be a relative path within the volume');
  }
  return {
    Name: Source,
    Source: '',
    Propagation: '',
    RW: false,
    image: Source,
    ...(Subpath !== '' && { subpath: Subpath }),
  };
}

/** Whether a path stays below where it starts, by its text alone. */
function isLocal(path: string): boolean {
  const plain = normalize(path);
  return !isAbsolute(plain) && plain !== '..' && !plain.startsWith('../');
}

function readTmpfs({ Source, TmpfsOptions }: MountRequest) {
  if (Source !== '') throw extraField('tmpfs', 'Source');
  const reason = checkTmpfsOptions(TmpfsOptions?.Options ?? []);
  if (reason !== undefined) throw refusal('tmpfs', reason);
  return { Source: '', Propagation: '' };
}

function extraField(type: string, field: string): InvalidParameter {
  return refusal(type, `field ${field} must not be specified`);
}

function refusal(type: string, reason: string): InvalidParameter {
  return new InvalidParameter(`invalid mount config for type "${type}": ${reason}`);
}
