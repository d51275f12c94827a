import { Unavailable } from '../../base/errors.js';
import { findProgram } from '../../engine/isolation/runtime.js';
import type { NamespacePrograms } from '../../native/userns.js';

/** The programs that make user namespaces. @throws Unavailable if one is missing */
export function namespacePrograms(): NamespacePrograms {
  return { unshare: found('unshare'), nsenter: found('nsenter') };
}

function found(name: string): string {
  const path = findProgram(name);
  if (path === undefined)
    throw new Unavailable(`userns-remap needs the program ${name}: install util-linux`);
  return path;
}
