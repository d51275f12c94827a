import { InvalidParameter } from '../../base/errors.js';

/**
 * Docker API: `HostConfig.StorageOpt`, of which `size` would limit what a container writes. No storage driver here
 * can do that, and a limit that isn't kept must not seem to be. @throws InvalidParameter in Docker's words
 */
export function checkStorageOptions(options: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(options)) {
    if (name.toLowerCase() !== 'size') throw new InvalidParameter(`Unknown option ${name}`);
    throw new InvalidParameter(
      "--storage-opt is supported only for overlay over xfs with 'pquota' mount option, and by tsnet not yet",
    );
  }
}
