/** What is told of a file in a container: the header `X-Docker-Container-Path-Stat`, as base64 of JSON. */
export interface PathStat {
  /** The last name of the path that was asked for. */
  readonly name: string;
  readonly size: number;
  /** Go's `os.FileMode`. */
  readonly mode: number;
  /** RFC 3339 with up to nine digits of a second. */
  readonly mtime: string;
  /** Where a symbolic link leads, from the container's root and with all links followed; else empty. */
  readonly linkTarget: string;
}
