/** The network that a container is on when the user names none. */
export const defaultNetwork = 'bridge';

/** `--network` as the API has it: a name, an id, `default`, `host`, `none` or `container:<ref>`. */
export function networkMode(mode: string): string {
  return mode === '' || mode === 'default' ? defaultNetwork : mode;
}

/** The container whose network is shared, if the mode says so. */
export function joinedContainer(mode: string): string | undefined {
  return mode.startsWith('container:') ? mode.slice('container:'.length) : undefined;
}
