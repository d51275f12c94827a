import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { snapshot } from '../world/snapshot.js';
import { useClient } from './client.js';
import { importStandIns } from './stand-ins.js';

/** Debian's docker-compose, 1.29: written in Python, unmodified. */
const program = '/usr/bin/docker-compose';

/**
 * The stack of WordPress' own example, with everything that networking has to offer. Busybox's httpd is deaf to
 * SIGTERM as the first process. `title` is there to be changed.
 */
const stack = (title: string) => `
version: "2.4"
services:
  db:
    image: standin/mysql:8
    stop_signal: SIGKILL
    restart: always
    environment:
      MYSQL_DATABASE: wordpress
    volumes: ["db_data:/var/lib/mysql"]
    networks:
      back:
        ipv4_address: 10.77.1.10
        aliases: [mysql]
    healthcheck:
      test: ["CMD", "wget", "-qO/dev/null", "http://127.0.0.1:3306/name"]
      interval: 200ms
      retries: 20
  wordpress:
    image: standin/wordpress:6
    stop_signal: SIGKILL
    depends_on:
      db:
        condition: service_healthy
    restart: always
    environment:
      WORDPRESS_DB_HOST: mysql:3306
      WORDPRESS_TITLE: ${title}
    volumes: ["html:/var/www/html", "./uploads:/uploads:ro"]
    ports: ["8000-8009:80"]
    networks: [front, back]
    mem_limit: 64m
    logging:
      driver: json-file
      options: {max-size: "1m"}
networks:
  front:
    driver_opts: {com.docker.network.bridge.name: br-front}
  back:
    internal: true
    ipam:
      config: [{subnet: 10.77.1.0/24, gateway: 10.77.1.1}]
volumes:
  db_data: {labels: {kept: "yes"}}
  html: {}
`;

describe('docker-compose 1.29', () => {
  const client = useClient(program);
  const compose = (line: string) =>
    client.it.run([program, '--ansi', 'never', '-p', 'blog', ...line.split(' ')]);
  const ok = async (line: string): Promise<string> => {
    const { code, stdout, stderr } = await compose(line);
    if (code !== 0) throw new Error(`docker-compose ${line}: ${code}: ${stdout}${stderr}`);
    return stdout.trim();
  };
  const docker = (line: string) => client.it.daemon.must(line);
  /** What somebody on the LAN gets from a published port. */
  const page = (port: number, path = 'cgi-bin/page') =>
    client.it.world.outside.must(`busybox wget -qO- http://192.0.2.2:${port}/${path}`);
  const write = (title: string) =>
    writeFileSync(client.it.path('docker-compose.yml'), stack(title));
  const ports = async () => {
    const lines = await docker(
      'ps -f label=com.docker.compose.service=wordpress --format {{.Ports}}',
    );
    return [...lines.matchAll(/0\.0\.0\.0:(\d+)/g)].map(([, port]) => Number(port)).sort();
  };

  before(async () => {
    mkdirSync(client.it.path('uploads'));
    writeFileSync(client.it.path('uploads', 'cat.txt'), 'a cat\n');
    write('first');
    await importStandIns(client.it);
  });

  it('brings the stack up, the database healthy before who depends on it', async () => {
    await ok('config -q');
    await ok('up -d');
    const health = '{{.State.Health.Status}} {{.State.StartedAt}}';
    const [status, startedAt] = (
      await docker(`inspect -f ${health.replace(' ', '|')} blog_db_1`)
    ).split('|');
    expect(status).to.equal('healthy');
    const dependent = await docker('inspect -f {{.State.StartedAt}} blog_wordpress_1');
    expect(dependent > (startedAt ?? '')).to.equal(true);
    const [port = 0] = await ports();
    expect(await page(port)).to.match(/^[0-9a-f]{12} has wordpress as first\n$/);
  });

  it('gives networks, addresses, aliases and volumes as they are written', async () => {
    const address = '{{.NetworkSettings.Networks.blog_back.IPAddress}}';
    expect(await docker(`inspect -f ${address} blog_db_1`)).to.equal('10.77.1.10');
    expect(await ok('exec -T wordpress nslookup mysql')).to.include('10.77.1.10');
    expect(await ok('exec -T wordpress cat /uploads/cat.txt')).to.equal('a cat');
    const [port = 0] = await ports();
    expect(await page(port, 'index.html')).to.equal('installed by the image\n');
    const links = (await snapshot(client.it.world.host)).links.join('\n');
    expect(links).to.include('br-front');
    const { code } = await compose('exec -T db wget -qO- http://192.0.2.1/');
    expect(code).not.to.equal(0);
    expect(await docker('volume ls -q -f label=kept=yes')).to.equal('blog_db_data');
  });

  it('scales up and down, each with a port of its own', async () => {
    await ok('up -d --scale wordpress=3');
    const three = await ports();
    expect(new Set(three).size).to.equal(3);
    for (const port of three) expect(await page(port)).to.include('has wordpress');
    const found = await ok('exec -T db nslookup wordpress');
    expect(new Set(found.match(/10\.77\.1\.\d+/g)).size).to.equal(3);
    await ok('up -d --scale wordpress=1 --no-recreate');
    expect(await ports()).to.have.lengthOf(1);
  });

  it('keeps what is in volumes when it restarts', async () => {
    await ok('exec -T db sh -c echo>>/var/lib/mysql/name');
    await ok('restart -t 1');
    const logs = await ok('logs --no-color db');
    expect(logs.match(/first start/g)).to.have.lengthOf(1);
    expect(logs.match(/ready for connections/g)).to.have.lengthOf(2);
  });

  it('makes anew what has other settings, and only that', async () => {
    const ids = () => docker('ps -q --no-trunc -f label=com.docker.compose.service=db');
    const before = await ids();
    write('second');
    await ok('up -d -t 1');
    expect(await ids()).to.equal(before);
    const [port = 0] = await ports();
    expect(await page(port)).to.include('as second');
  });

  it('does the rest of a day’s work', async () => {
    const id = await docker('ps -q -f name=blog_wordpress');
    const name = await docker(`inspect -f {{.Name}} ${id}`);
    expect(await ok('ps --services --filter status=running')).to.match(/db\nwordpress/);
    expect(await ok('ps -q db')).to.match(/^[0-9a-f]{64}$/);
    expect(await ok('top db')).to.include('httpd -f -p 3306');
    expect(await ok('port wordpress 80')).to.match(/^0\.0\.0\.0:80\d\d$/);
    expect(await ok('images')).to.include('standin/mysql');
    expect(await ok('run --rm --no-deps -e A=1 wordpress env')).to.include('A=1\n');
    const failed = await compose('run --rm --no-deps wordpress grep -q x /nope');
    expect(failed.code).to.equal(2);
    await ok('pause db');
    expect(await docker('inspect -f {{.State.Status}} blog_db_1')).to.equal('paused');
    await ok('unpause db');
    await ok('kill -s KILL wordpress');
    await ok('stop -t 1 db');
    expect(await docker('inspect -f {{.State.Status}} blog_db_1')).to.equal('exited');
    await ok('start db');
    await ok('rm -f -s wordpress');
    expect(await docker('ps -a --format {{.Names}}')).not.to.include(name.slice(1));
  });

  it('goes down, keeping volumes or not, and leaves nothing', async () => {
    await ok('down -t 1');
    expect(await docker('ps -aq')).to.equal('');
    expect(await docker('volume ls -q'))
      .to.include('blog_db_data')
      .and.include('blog_html');
    await ok('up -d');
    expect(await ok('logs --no-color db')).not.to.include('first start');
    await ok('down -t 1 -v --remove-orphans');
    expect(await docker('ps -aq')).to.equal('');
    expect(await docker('volume ls -q')).to.equal('');
    expect(await docker('network ls --format {{.Name}}')).to.equal('bridge\nhost\nnone');
    await client.it.expectUntouched();
  });
});
