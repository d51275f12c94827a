import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An authority, and certificates that it has signed, in a folder of a test: `NAME.pem` and `NAME-key.pem`. */
export class Certificates {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#openssl('req', '-x509', ...newKey, '-subj', '/CN=test CA', ...this.#files('ca'));
  }

  /** Makes one for a daemon that is reached by an address, or for a client of a name. */
  sign(name: string, for_: { address: string } | { user: string }): void {
    const request = join(this.#folder, `${name}.csr`);
    const extensions = join(this.#folder, `${name}.ext`);
    const isServer = 'address' in for_;
    const subject = isServer ? '/CN=daemon' : `/CN=${for_.user}`;
    writeFileSync(
      extensions,
      isServer
        ? `subjectAltName=IP:${for_.address}\nextendedKeyUsage=serverAuth\n`
        : 'extendedKeyUsage=clientAuth\n',
    );
    const [, key = '', , cert = ''] = this.#files(name);
    this.#openssl('req', ...newKey, '-subj', subject, '-keyout', key, '-out', request);
    const authority = ['-CA', this.path('ca.pem'), '-CAkey', this.path('ca-key.pem')];
    const signed = ['-in', request, '-extfile', extensions, '-out', cert, '-CAcreateserial'];
    this.#openssl('x509', '-req', '-days', '2', ...authority, ...signed);
  }

  path(file: string): string {
    return join(this.#folder, file);
  }

  #files(name: string): string[] {
    return ['-keyout', this.path(`${name}-key.pem`), '-out', this.path(`${name}.pem`)];
  }

  #openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { stdio: 'ignore', timeout: 10_000 });
  }
}

const newKey = [
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:prime256v1',
  '-nodes',
  '-days',
  '2',
];
