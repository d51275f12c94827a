import { join } from 'node:path/posix';
import type { ExecRequest } from './contract.js';
import { execEnvironment, overridden, variable } from './environment.js';
import type { OciProcess } from './oci.js';
import { capabilitySets } from './spec.js';
import { type AccountFiles, resolveUser } from './user.js';

/** What a further process depends on beside the request. */
export interface ExecFacts {
  /** The container's first process. */
  readonly container: OciProcess;
  readonly accounts: AccountFiles;
  /** Capabilities that we can hand out. */
  readonly capabilities: readonly string[];
}

/**
 * The OCI process of an exec: the container's, as far as the request says nothing else. Its variables are
 * added to the container's. Another user has another home, unless HOME was given. @throws InvalidParameter for an unknown user
 */
export function execProcess(request: ExecRequest, facts: ExecFacts): OciProcess {
  const { container, accounts } = facts;
  const asked = request.user === '' ? undefined : resolveUser(request.user, [], accounts);
  const user = asked?.user ?? container.user;
  const names = request.privileged ? facts.capabilities : container.capabilities.bounding;
  const base = asked ? withHome(container, asked.home, accounts) : container.env;
  const { rlimits, oomScoreAdj } = container;
  return {
    terminal: request.tty,
    ...(request.size
      ? { consoleSize: { height: request.size.rows, width: request.size.columns } }
      : {}),
    user,
    args: request.args,
    env: execEnvironment(base, { env: request.env, tty: request.tty }),
    cwd: request.cwd === '' ? container.cwd : join('/', request.cwd),
    capabilities: capabilitySets(names, user.uid),
    noNewPrivileges: container.noNewPrivileges && !request.privileged,
    ...(rlimits ? { rlimits } : {}),
    ...(oomScoreAdj === undefined ? {} : { oomScoreAdj }),
  };
}

/** A HOME that is just the home of the container's user was not given by anybody. */
function withHome(container: OciProcess, home: string, accounts: AccountFiles): readonly string[] {
  const own = resolveUser(String(container.user.uid), [], accounts).home;
  const given = variable(container.env, 'HOME') !== own;
  return given ? container.env : overridden(container.env, [`HOME=${home}`]);
}
