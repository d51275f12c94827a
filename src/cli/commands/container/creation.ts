import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { Containers } from '../../../api/client/containers.js';
import { ApiError } from '../../../api/client/errors.js';
import { Images } from '../../../api/client/images.js';
import type { Context } from '../../command.js';
import { checkPlatform } from '../../parse/platform.js';
import { familiarName, parseReference } from '../../parse/reference.js';
import { pullImage } from '../image/pulling.js';
import type { ContainerInput, CreateBody } from './body.js';

const pullPolicies = ['always', 'missing', 'never'];

/** Creates the container, pulling its image if it isn't there; tells warnings. @throws ApiError, Error */
export async function createContainer(
  context: Context,
  { flags }: ContainerInput,
  body: CreateBody,
): Promise<string> {
  if (!pullPolicies.includes(flags.pull)) {
    throw new Error(
      `invalid pull option: '${flags.pull}': must be one of "always", "missing" or "never"`,
    );
  }
  checkPlatform(flags.platform);
  const reference = parseReference(body.Image);
  reserveCidFile(flags.cidfile);
  const pull = () =>
    pullImage(new Images(context.api), reference, {
      platform: flags.platform,
      out: context.terminal.stderr,
      quiet: flags.quiet,
    });
  if (flags.pull === 'always') await pull();
  const query = { name: flags.name, platform: flags.platform };
  const create = () => new Containers(context.api).create(body, query);
  try {
    const created = await create().catch(async (error: unknown) => {
      if (!(error instanceof ApiError && error.status === 404) || flags.pull !== 'missing')
        throw error;
      context.terminal.stderr.write(`Unable to find image '${familiarName(reference)}' locally\n`);
      await pull();
      return create();
    });
    for (const warning of created.Warnings ?? []) {
      context.terminal.stderr.write(`WARNING: ${warning}\n`);
    }
    if (flags.cidfile !== '') writeFileSync(flags.cidfile, created.Id);
    return created.Id;
  } catch (error) {
    if (flags.cidfile !== '') rmSync(flags.cidfile, { force: true });
    throw error;
  }
}

/** The file must be new: a second container must not go by its name. @throws Error in Docker's words */
function reserveCidFile(path: string): void {
  if (path === '') return;
  if (existsSync(path)) {
    throw new Error(
      `container ID file found, make sure the other container isn't running or delete ${path}`,
    );
  }
  writeFileSync(path, '');
}
