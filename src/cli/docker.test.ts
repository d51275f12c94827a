import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Recorded } from './fake/answers.js';
import { FakeDaemon } from './fake/daemon.js';
import { templates } from './fake/templates.js';

const docker = '/usr/local/bin/docker';
const ours = [process.execPath, '--', join(dirname(fileURLToPath(import.meta.url)), 'main.js')];

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly requests: readonly Recorded[];
}

/** Command lines that docker 28.2 and tsnet must treat alike: output, exit code and requests. Words are cut at spaces. */
const same: readonly string[] = [
  'ps -a -s',
  'ps -aq --no-trunc',
  'ps --format {{json|.}}',
  'ps -a --format {{.Names}}:{{.Status}}',
  'ps --format table|{{.ID}}\\t{{.Names}}\\t{{.Label|"tier"}}',
  'ps --format {{.Foo}}',
  'ps --format {{.ID',
  'ps -f foo',
  'ps foo',
  'ps -a -f status=exited -f label=a=b -f label=c',
  'ps -n 5',
  'ps -l',
  'images',
  'images --digests --no-trunc',
  'images -q',
  'images nginx',
  'history nginx',
  'network ls',
  'network ls --no-trunc',
  'network ls -q',
  'network ls --format {{json|.}}',
  'network inspect zeta',
  'network inspect nope zeta',
  'network rm zeta nope',
  'network prune -f',
  'network create --subnet 10.0.0.0/8 --gateway 10.0.0.1 --ip-range 10.1.0.0/16 --aux-address a=10.0.0.5 -o x=y --label l=1 --ipv6 --internal n',
  'network create --gateway 10.0.0.1 n',
  'network create --subnet 10.0.0.0/8 --gateway 11.0.0.1 n',
  'network connect --ip 1.2.3.4 --alias a --alias b,c --driver-opt x=y --gw-priority 7 zeta web',
  'network disconnect -f zeta web',
  'network foo',
  'volume ls',
  'volume ls -q',
  'volume ls -f dangling=true -f label=a=b',
  'volume ls --format {{json|.}}',
  'volume ls --format {{.Name}}:{{.Scope}}:{{.Mountpoint}}:{{.Labels}}:{{.Label|"a"}}:{{.Size}}:{{.Links}}',
  'volume ls --format table|{{.Name}}\\t{{.Driver}}\\t{{.Status}}',
  'volume inspect zeta',
  'volume inspect nope zeta',
  'volume inspect -f {{.Mountpoint}} zeta',
  'volume create',
  'volume create data -d flocker -o size=1 -o x=y --label a=b --label c',
  'volume create --name data',
  'volume create --name data data',
  'volume create -d nope data',
  'volume rm zeta nope busy data9',
  'volume rm -f nope',
  'volume rm',
  'volume prune -f',
  'volume prune -f -a',
  'volume prune -f --filter label=keep',
  'volume prune -f -a --filter all=1',
  'inspect zeta',
  'inspect --type volume zeta',
  'inspect web',
  'inspect -f {{.State.Status}} web',
  'inspect -f {{.State.Foo}} web',
  'container inspect nope',
  'inspect -f {{range|$k,|$v|:=|.NetworkSettings.Networks}}{{$k}}={{$v.IPAddress}}|{{end}} web',
  'rm web nope none job',
  'rm -f nope',
  'rm',
  'stop -t 5 -s INT web job',
  'stop -t abc web',
  'kill web nope',
  'start web nope',
  'start -a web',
  'wait web job nope',
  'rename nope new',
  'port web',
  'port web 80/udp',
  'top web aux',
  'logs web',
  'logs --since abc web',
  'exec web ls',
  'exec -e A=b -w /x -u root --privileged web ls -l',
  'exec -it web cat',
  'exec nope ls',
  'run nginx',
  'run --rm unfound ls',
  'run denied',
  'run broken',
  'run missing',
  'run --foo nginx',
  'run -itx nginx',
  'run',
  'run -e',
  'run --rm=maybe nginx',
  'run -m abc nginx',
  'run -p abc nginx',
  'run -p 80:80/foo nginx',
  'run -p 80:80-82 nginx',
  'run -p : nginx',
  'run -p 1.2.3.400:80:80 nginx',
  'run -p 99999:80 nginx',
  'run --network a --network a nginx',
  'run --name taken nginx',
  'run warned',
  'run --env-file /nonexistent nginx',
  'create --mount type=volume,src=data,dst=/d,volume-driver=x,volume-opt=a=b,volume-opt=c,volume-label=l=1,volume-subpath=s/t,volume-nocopy,readonly=1 nginx',
  'create --mount src=data,dst=/d --mount type=volume,dst=/e --mount src=data,dst=/f,volume-nocopy=false nginx',
  'create --mount type=bind,src=/a,dst=/b,bind-recursive=disabled,bind-propagation=rshared nginx',
  'create --mount type=bind,src=/a,dst=/b,bind-recursive=readonly,bind-propagation=rprivate,ro nginx',
  'create --mount type=bind,src=/a,dst=/b,bind-recursive=writable,ro --mount type=bind,src=/a,dst=/c,bind-recursive=enabled nginx',
  'create --mount type=bind,src=/a,dst=/b,bind-recursive=readonly,ro nginx',
  'create --mount type=bind,src=/a,dst=/b,bind-recursive=writable nginx',
  'create --mount type=bind,src=/a,dst=/b,bind-recursive=maybe nginx',
  'create --mount type=tmpfs,dst=/t,tmpfs-size=10m,tmpfs-mode=1770 nginx',
  'create --mount type=tmpfs,dst=/t,tmpfs-mode=9 nginx',
  'create --mount type=tmpfs,dst=/t,volume-nocopy nginx',
  'create --mount type=image,src=x,dst=/t,image-subpath=y nginx',
  'create --mount type=bind,src=/a,dst=/t,readonly=maybe nginx',
  'create --mount dst=/t,nope=1 nginx',
  'create --mount src=x nginx',
  'create --mount type=,dst=/t nginx',
  'create -v data:/d:ro,z -v /anonymous -v data:/d:ro,z --volumes-from web:ro --volumes-from db --volume-driver flocker --tmpfs /run:size=1m --tmpfs /tmp nginx',
  'create -i -t -e A=1 -w /w -u 1:2 --entrypoint x --hostname h -v /a:/b:ro -v named:/c -v /anon --mount type=bind,src=/x,dst=/y,ro ' +
    '--mount type=tmpfs,target=/t,tmpfs-size=1m --network name=n1,alias=x,ip=1.2.3.4,driver-opt=a=b,gw-priority=4 --network n2 -p 80 ' +
    '-p 127.0.0.1:8000-8001:90-91/udp -p [::1]::77 -P --expose 1000-1002/tcp --dns 1.1.1.1 --add-host a:1.2.3.4 -l a=b --cap-add NET_ADMIN ' +
    '--privileged --read-only --tmpfs /tt:size=1m --init --restart on-failure:3 --memory 512m --cpus 1.5 --pids-limit 50 --shm-size 64m ' +
    '--sysctl net.ipv4.ip_forward=1 --ulimit nofile=10:20 --stop-signal INT --stop-timeout 5 --pid host --ipc host nginx sh -c x',
  'create --network host --storage-opt size=1G nginx',
  'create --network none -p 8000-8010:80 nginx',
  'create --network-alias x nginx',
  'rmi nginx nope',
  'tag nginx new',
  'tag nope new',
  'image prune -f',
  'container prune -f',
  'events',
  'events --format {{json|.}}',
  'info',
  'info --format {{.Name}}|{{.ServerVersion}}|{{json|.Labels}}',
  'info --format {{.Nonsense}}',
  'system prune -a',
  'system prune --volumes -f --filter label=a=b --filter until=1h',
  'system prune -af --filter label!=x',
  'system prune --filter label=x',
  'system prune extra',
  'system prune --help',
  'system dial-stdio --help',
  'info --help',
  'foo',
  '-H unix:///nonexistent.sock ps',
  '-H unix:///nonexistent.sock run nginx',
  'update --cpus 1.5 -m 50m --memory-swap -1 --memory-reservation 20m --pids-limit 10 --restart on-failure:3 web db',
  'update -c 5 --cpu-period 1000 --cpu-quota 2000 --cpu-rt-period 1 --cpu-rt-runtime 2 --cpuset-cpus 0,1 --cpuset-mems 0 --blkio-weight 100 web',
  'update --restart no web nope',
  'update --pids-limit -1 warned',
  'update web',
  'update',
  'update --restart :3 web',
  'update --restart on-failure:x web',
  'update --memory abc web',
  'update --help',
  'kill --help',
  'ps --help',
  'cp --help',
  'network create --help',
  'network',
];

/** A request to create, its volumes in one order: docker's own is that of a Go map, another each time. */
function inOrder(request: Recorded): Recorded {
  const { body } = request as { body?: { HostConfig?: { Binds?: string[] } } };
  body?.HostConfig?.Binds?.sort();
  return request;
}

describe('tsnet beside docker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsnet-cli-'));
  const socket = join(folder, 'api.sock');
  const daemon = new FakeDaemon();

  before(async function () {
    if (!existsSync(docker)) this.skip();
    writeFileSync(join(folder, 'empty'), '');
    await daemon.listen(socket);
  });
  after(async () => {
    if (existsSync(docker)) await daemon.close();
    rmSync(folder, { recursive: true });
  });

  const outcome = (command: readonly string[], line: string): Promise<Outcome> => {
    const [file = '', ...first] = command;
    const words = line.split(' ').map((word) => word.replaceAll('|', ' '));
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, DOCKER_HOST: `unix://${socket}` };
    return new Promise((resolve) => {
      const child = execFile(file, [...first, ...words], { env }, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : 0;
        resolve({ code, stdout, stderr, requests: daemon.take() });
      });
      child.stdin?.end();
    });
  };
  /** What was asked to change, in any order: several containers are done side by side. What is looked up is nobody's business. */
  const changes = ({ requests }: Outcome) =>
    requests.filter(({ method }) => method !== 'GET').map(inOrder);
  /** Our name for theirs, and nothing that depends on the second. */
  const normal = ({ code, stdout, stderr }: Outcome) => ({
    code,
    stdout: stdout
      .replaceAll('tsnet', 'docker')
      .replace(/\d\d:\d\d:\d\d \+0000 UTC/g, 'TIME')
      .replace(/^ Version: .*$/m, ''),
    stderr: stderr.replaceAll('tsnet', 'docker').replace(ownCommands, ''),
  });
  /** What docker hasn't, in the help of a group. */
  const ownCommands = /^ {2}plan .*\n/m;

  for (const line of [...same, ...templates]) {
    it(line.slice(0, 70), async () => {
      const theirs = await outcome([docker], line);
      const mine = await outcome(ours, line);
      expect(normal(mine)).to.deep.equal(normal(theirs));
      expect(changes(mine)).to.have.deep.members(changes(theirs));
    });
  }
});
