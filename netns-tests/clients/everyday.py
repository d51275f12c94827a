"""What programs do with docker-py, each check a function that asserts. Prints the outcome of each as a line of JSON."""
import io
import json
import sys
import tarfile
import time
import traceback

import docker
from docker.types import Healthcheck, IPAMConfig, IPAMPool, LogConfig, Mount, Ulimit

IMAGE = 'tsnet/busybox'
client = docker.from_env()


def running(command='sleep 1000', **settings):
    return client.containers.run(IMAGE, command, detach=True, stop_signal='SIGKILL', **settings)


def eventually(holds):
    for _ in range(50):
        if holds():
            return
        time.sleep(0.1)
    assert holds()


def check_ping_version_info():
    assert client.ping()
    assert client.version()['ApiVersion'] == '1.48'
    assert client.info()['OSType'] == 'linux'


def check_run_gives_output():
    assert client.containers.run(IMAGE, ['echo', 'hi'], remove=True) == b'hi\n'
    assert client.containers.run(IMAGE, 'sh -c "echo err >&2"', stderr=True, stdout=False, remove=True) == b'err\n'


def check_run_raises_on_failure():
    try:
        client.containers.run(IMAGE, ['sh', '-c', 'echo why >&2; exit 3'], stderr=True, remove=True)
        assert False
    except docker.errors.ContainerError as error:
        assert error.exit_status == 3 and error.stderr == b'why\n'


def check_errors_have_their_classes():
    for wrong in (lambda: client.containers.get('nope'), lambda: client.networks.get('nope')):
        try:
            wrong()
            assert False
        except docker.errors.NotFound as error:
            assert error.status_code == 404 and 'nope' in error.explanation
    try:
        client.images.get('nope')
        assert False
    except docker.errors.ImageNotFound:
        pass


def check_settings_come_back():
    box = running(labels={'tier': 'back'}, environment={'A': '1'}, mem_limit='64m', hostname='box', ports={'80/tcp': ('127.0.0.1', 8123)},
                  ulimits=[Ulimit(name='nofile', soft=100, hard=200)], cap_add=['NET_ADMIN'], tmpfs={'/scratch': 'size=1m'},
                  log_config=LogConfig(type='json-file', config={'max-size': '1m'}), restart_policy={'Name': 'on-failure', 'MaximumRetryCount': 2})
    host = box.attrs['HostConfig']
    assert host['Memory'] == 64 << 20 and host['CapAdd'] == ['NET_ADMIN'] and host['RestartPolicy']['MaximumRetryCount'] == 2, host
    assert box.labels == {'tier': 'back'} and 'A=1' in box.attrs['Config']['Env']
    box.reload()
    assert box.status == 'running' and box.ports == {'80/tcp': [{'HostIp': '127.0.0.1', 'HostPort': '8123'}]}, box.ports
    assert [one.id for one in client.containers.list(filters={'label': 'tier=back'})] == [box.id]
    assert box.exec_run('sh -c "ulimit -n; hostname; df /scratch | tail -1"').output.split()[:2] == [b'100', b'box']
    box.remove(force=True)


def check_exec_output_whole_streamed_and_apart():
    box = running()
    for _ in range(10):
        assert box.exec_run(['seq', '3']).output == b'1\n2\n3\n'
        assert b''.join(box.exec_run(['seq', '3'], stream=True).output) == b'1\n2\n3\n'
    assert box.exec_run(['sh', '-c', 'echo out; echo err >&2; exit 4'], demux=True) == (4, (b'out\n', b'err\n'))
    assert box.exec_run('sh -c "echo $WHO; pwd"', environment={'WHO': 'me'}, workdir='/tmp').output == b'me\n/tmp\n'
    assert box.exec_run('tty', tty=True).output.startswith(b'/dev/')
    box.remove(force=True)


def check_exec_takes_input():
    box = running()
    _, connection = box.exec_run('cat', stdin=True, socket=True)
    connection._sock.sendall(b'hello\n')
    assert connection._sock.recv(100)[8:] == b'hello\n'
    connection._sock.close()
    box.remove(force=True)


def check_attach_takes_input_to_its_end():
    box = client.containers.create(IMAGE, 'sort', stdin_open=True)
    connection = box.attach_socket(params={'stdin': 1, 'stdout': 1, 'stream': 1})
    box.start()
    connection._sock.sendall(b'b\na\n')
    connection._sock.shutdown(1)
    assert box.wait() == {'StatusCode': 0}
    assert box.logs() == b'a\nb\n'
    box.remove()


def check_logs_whole_tail_since_and_followed():
    box = running('sh -c "for i in 1 2 3; do echo $i; sleep 0.1; done"')
    assert list(box.logs(stream=True, follow=True)) == [b'1\n', b'2\n', b'3\n']
    assert box.logs(tail=1) == b'3\n' and box.logs(since=int(time.time()) + 60) == b''
    assert box.logs(timestamps=True, tail=1).endswith(b'Z 3\n')
    box.remove(force=True)


def check_life():
    box = running(name='first')
    box.pause()
    box.reload()
    assert box.status == 'paused'
    box.unpause()
    box.rename('second')
    assert client.containers.get('second').id == box.id
    box.restart(timeout=0)
    box.kill('SIGKILL')
    assert box.wait()['StatusCode'] == 137
    box.start()
    box.stop(timeout=0)
    box.reload()
    assert box.status == 'exited'
    assert box.id in client.containers.prune()['ContainersDeleted']


def check_top_stats_and_resize():
    box = running(tty=True)
    eventually(lambda: 'sleep 1000' in box.top(ps_args='-o pid,args')['Processes'][0][1])
    stats = box.stats(stream=False)
    assert stats['memory_stats']['usage'] > 0 and 'eth0' in stats['networks'] and stats['pids_stats']['current'] == 1
    assert next(iter(box.stats(decode=True)))['id'] == box.id
    box.resize(10, 20)
    assert box.exec_run('stty size', tty=True).exit_code == 0
    box.remove(force=True)


def check_update():
    box = running(mem_limit='64m')
    box.update(mem_limit='128m', memswap_limit='256m', restart_policy={'Name': 'always'})
    box.reload()
    assert box.attrs['HostConfig']['Memory'] == 128 << 20 and box.attrs['HostConfig']['RestartPolicy']['Name'] == 'always'
    box.remove(force=True)


def check_files_go_in_and_out():
    box = running()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode='w') as tar:
        member = tarfile.TarInfo('note')
        member.size = 5
        tar.addfile(member, io.BytesIO(b'hello'))
    assert box.put_archive('/tmp', buffer.getvalue())
    assert box.exec_run('cat /tmp/note').output == b'hello'
    chunks, stat = box.get_archive('/tmp/note')
    assert stat['name'] == 'note' and stat['size'] == 5
    with tarfile.open(fileobj=io.BytesIO(b''.join(chunks))) as tar:
        assert tar.extractfile('note').read() == b'hello'
    assert {'Path': '/tmp/note', 'Kind': 1} in box.diff()
    with tarfile.open(fileobj=io.BytesIO(b''.join(box.export()))) as tar:
        assert 'tmp/note' in tar.getnames()
    box.remove(force=True)


def check_commit():
    box = running('touch /made')
    box.wait()
    image = box.commit('made', 'v1', conf={'Labels': {'by': 'commit'}, 'Cmd': ['ls', '/made']})
    assert image.tags == ['made:v1'] and image.labels == {'by': 'commit'}
    assert client.containers.run('made:v1', remove=True) == b'/made\n'
    box.remove()
    client.images.remove('made:v1')


def check_images():
    image = client.images.get(IMAGE)
    assert f'{IMAGE}:latest' in image.tags and image.history()
    assert image.tag('other', '1') and 'other:1' in [tag for one in client.images.list() for tag in one.tags]
    saved = b''.join(client.images.get('other:1').save(named='other:1'))
    client.images.remove('other:1')
    assert client.images.load(saved)[0].tags.count('other:1') == 1
    client.images.remove('other:1', force=True)
    assert client.images.pull(IMAGE, tag='latest').id == image.id
    assert client.images.prune()['SpaceReclaimed'] >= 0


def check_networks():
    pool = IPAMPool(subnet='10.9.0.0/24', gateway='10.9.0.254')
    network = client.networks.create('pynet', driver='bridge', ipam=IPAMConfig(pool_configs=[pool]), labels={'a': 'b'}, internal=True)
    assert network.attrs['IPAM']['Config'] == [{'Subnet': '10.9.0.0/24', 'Gateway': '10.9.0.254'}]
    box, other = running(name='here', network='pynet'), running()
    network.connect(other, aliases=['there'], ipv4_address='10.9.0.9')
    assert b'10.9.0.9' in box.exec_run('nslookup there').output
    network.reload()
    assert {one.id for one in network.containers} == {box.id, other.id}
    network.disconnect(other)
    box.remove(force=True)
    other.remove(force=True)
    assert client.networks.list(names=['pynet']) == [network]
    assert client.networks.prune()['NetworksDeleted'] == ['pynet']


def check_volumes_and_mounts():
    volume = client.volumes.create('data', labels={'a': 'b'})
    assert [one.name for one in client.volumes.list(filters={'label': 'a=b'})] == ['data'] and volume.attrs['Driver'] == 'local'
    client.containers.run(IMAGE, 'sh -c "echo kept >/data/file"', volumes={'data': {'bind': '/data', 'mode': 'rw'}}, remove=True)
    mounts = [Mount('/data', 'data', read_only=True), Mount('/ram', None, type='tmpfs', tmpfs_size=1 << 20)]
    assert client.containers.run(IMAGE, 'cat /data/file', mounts=mounts, remove=True) == b'kept\n'
    volume.remove()
    assert client.volumes.list() == []


def check_health():
    probe = Healthcheck(test=['CMD', 'true'], interval=100_000_000)
    box = running(healthcheck=probe)
    eventually(lambda: client.containers.get(box.id).attrs['State']['Health']['Status'] == 'healthy')
    box.remove(force=True)


def check_events():
    since = time.time()
    box = running()
    box.remove(force=True)
    events = client.events(decode=True, since=int(since), until=int(time.time()) + 1, filters={'container': box.id})
    actions = [event['Action'] for event in events]
    assert [one for one in actions if one in ('create', 'start', 'die', 'destroy')] == ['create', 'start', 'die', 'destroy'], actions


def check_disk_usage():
    assert {'Images', 'Containers', 'Volumes', 'LayersSize'} <= client.df().keys()


def check_what_is_not_there_says_so():
    for wrong in (lambda: client.services.list(), lambda: client.images.build(fileobj=io.BytesIO(b'FROM scratch'))):
        try:
            wrong()
            assert False
        except docker.errors.APIError as error:
            assert 'tsnet' in error.explanation, error.explanation


for name, check in list(globals().items()):
    if not name.startswith('check_'):
        continue
    try:
        check()
        print(json.dumps({'name': name}))
    except Exception:
        print(json.dumps({'name': name, 'problem': traceback.format_exc()}))
        for left in client.containers.list(all=True):
            left.remove(force=True)
    sys.stdout.flush()
