import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

/** A root file system of this machine's busybox, with more links, as a tar: what `import` takes. */
export async function busyboxTar(links: Readonly<Record<string, string>> = {}): Promise<Buffer> {
  const tar = pack();
  const applets = execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n');
  for (const name of ['bin/', 'etc/', 'tmp/', 'proc/', 'sys/', 'dev/']) {
    if (name.slice(0, -1) in links) continue;
    tar.entry({ name, type: 'directory', mode: name === 'tmp/' ? 0o1777 : 0o755 });
  }
  tar.entry({ name: 'etc/passwd' }, 'root:x:0:0:root:/root:/bin/sh\n');
  tar.entry({ name: 'etc/group' }, 'root:x:0:\n');
  tar.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync('/bin/busybox'));
  for (const applet of applets.filter((one) => one !== 'busybox')) {
    tar.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' });
  }
  for (const [name, linkname] of Object.entries(links)) {
    tar.entry({ name, type: 'symlink', linkname });
  }
  tar.finalize();
  return buffer(tar);
}
