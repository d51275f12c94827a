/** The daemon answered with an error. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** No daemon answers at the address. The message is Docker's own. */
export class ConnectionFailed extends Error {
  constructor(host: string, cause: NodeJS.ErrnoException) {
    super(connectionText(host, cause), { cause });
    this.name = 'ConnectionFailed';
  }
}

/** Errors of connect(2) that mean that nobody listens. */
const nobodyListens = ['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'];

function connectionText(host: string, cause: NodeJS.ErrnoException): string {
  if (nobodyListens.includes(cause.code ?? '')) {
    return `Cannot connect to the Docker daemon at ${host}. Is the docker daemon running?`;
  }
  if (cause.code === 'EACCES') {
    return `permission denied while trying to connect to the Docker daemon socket at ${host}: ${cause.message}`;
  }
  return `error during connect: ${host}: ${cause.message}`;
}
