import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { busyboxTar } from '../api/rootfs.js';
import { must } from '../world/command.js';
import type { Client } from './client.js';

/** An image that behaves like a well-known one, as far as its users' stack can tell. */
interface StandIn {
  readonly name: string;
  /** Programs and files by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Lines of a Dockerfile. */
  readonly changes: readonly string[];
}

/** Keeps what it is told in its volume; the database of its environment is made at the first start. */
const mysql: StandIn = {
  name: 'standin/mysql:8',
  files: {
    'bin/docker-entrypoint.sh': `#!/bin/sh
mkdir -p /var/lib/mysql
[ -f /var/lib/mysql/name ] || { echo "first start"; sleep 0.3; echo "$MYSQL_DATABASE" >/var/lib/mysql/name; }
exec "$@"
`,
    'bin/mysqld': `#!/bin/sh
echo "ready for connections"
exec httpd -f -p 3306 -h /var/lib/mysql
`,
  },
  changes: [
    'ENV PATH=/bin',
    'VOLUME /var/lib/mysql',
    'EXPOSE 3306',
    'ENTRYPOINT ["docker-entrypoint.sh"]',
    'CMD ["mysqld"]',
  ],
};

/** Serves files of its volume, which the image fills, and a page of what the database says. */
const wordpress: StandIn = {
  name: 'standin/wordpress:6',
  files: {
    'var/www/html/index.html': 'installed by the image\n',
    'var/www/html/cgi-bin/page': `#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n'
echo "$(hostname) has $(wget -qO- "http://$WORDPRESS_DB_HOST/name") as $WORDPRESS_TITLE"
`,
  },
  changes: [
    'ENV PATH=/bin',
    'VOLUME /var/www/html',
    'EXPOSE 80',
    'WORKDIR /var/www/html',
    'CMD ["httpd", "-f", "-p", "80", "-h", "/var/www/html"]',
  ],
};

/** Brings the stand-ins in by `import`, as nothing can be pulled or built. */
export async function importStandIns(client: Client): Promise<void> {
  const base = await busyboxTar();
  for (const { name, files, changes } of [mysql, wordpress]) {
    const root = client.path('images', name.replace(/\W/g, '-'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(`${root}/${path}`), { recursive: true });
      writeFileSync(`${root}/${path}`, text);
      chmodSync(`${root}/${path}`, 0o755);
    }
    writeFileSync(`${root}.tar`, base);
    await must(['tar', '--append', '-f', `${root}.tar`, '-C', root, '.']);
    const flags = changes.flatMap((change) => ['--change', change]);
    await client.daemon.mustRun(['import', ...flags, `${root}.tar`, name]);
  }
}
