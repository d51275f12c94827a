import { expect } from 'chai';
import * as v from 'valibot';
import { containerCreate } from './container.js';
import { execCreate, execStart } from './exec.js';
import { networkConnect, networkCreate } from './network.js';

/** Everything null that a Go client leaves unset. */
function nulls(schema: { readonly entries: Readonly<Record<string, unknown>> }): object {
  return Object.fromEntries(Object.keys(schema.entries).map((key) => [key, null]));
}

const objects = { containerCreate, execCreate, execStart, networkCreate, networkConnect };

describe('schemas', () => {
  for (const [name, schema] of Object.entries(objects)) {
    const texts = (value: object) =>
      Object.fromEntries(
        Object.entries(value).filter(([, one]) => one !== null && one !== undefined),
      );

    it(`${name} takes null for absent`, () => {
      const absent = v.parse(schema, {});
      const given = v.parse(schema, nulls(schema));
      expect(texts(given)).to.deep.equal(texts(absent));
    });

    it(`${name} leaves out what it doesn't know`, () =>
      expect(v.parse(schema, { Unheard: { of: 1 } })).not.to.have.property('Unheard'));
  }

  it('give lists, maps and texts where nothing was said', () => {
    const body = v.parse(containerCreate, {});
    expect(body).to.deep.include({
      Image: '',
      Env: [],
      Labels: {},
      ExposedPorts: {},
      Tty: false,
    });
    expect(body.HostConfig).to.deep.include({
      Binds: [],
      PortBindings: {},
      Mounts: [],
      Memory: 0,
      NetworkMode: '',
    });
    expect(body.NetworkingConfig).to.deep.equal({ EndpointsConfig: {} });
    expect(body.Cmd ?? undefined).to.equal(undefined);
  });

  it('read what docker run sends', () => {
    const body = v.parse(containerCreate, {
      Image: 'box',
      Cmd: null,
      Entrypoint: 'sh',
      Volumes: {},
      ExposedPorts: { '80/tcp': {} },
      HostConfig: {
        Binds: null,
        PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }], '81/tcp': null },
        RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
        Ulimits: null,
        LogConfig: { Type: '', Config: {} },
        Mounts: [{ Type: 'bind', Source: '/a', Target: '/b', BindOptions: { Odd: 1 } }],
      },
      NetworkingConfig: { EndpointsConfig: { web: null, side: { IPAMConfig: null, Links: null } } },
    });
    expect(body.Entrypoint).to.deep.equal(['sh']);
    expect(body.HostConfig.PortBindings).to.deep.equal({
      '80/tcp': [{ HostIp: '', HostPort: '8080' }],
      '81/tcp': [],
    });
    expect(body.HostConfig.Mounts[0]).to.include({ Type: 'bind', ReadOnly: false });
    expect(Object.keys(body.NetworkingConfig.EndpointsConfig)).to.deep.equal(['web', 'side']);
    expect(body.NetworkingConfig.EndpointsConfig['side']).to.deep.include({
      Links: [],
      Aliases: [],
      GwPriority: 0,
    });
  });

  it('take the largest number that Go has', () => {
    const text = '{"HostConfig": {"Memory": 9223372036854775807, "MemorySwap": -1}}';
    const { HostConfig } = v.parse(containerCreate, JSON.parse(text));
    expect(HostConfig).to.include({ Memory: 2 ** 63, MemorySwap: -1 });
  });

  const wrong: [keyof typeof objects, object, string][] = [
    ['containerCreate', { Image: 1 }, 'Image'],
    ['containerCreate', { Env: 'A=1' }, 'Env'],
    ['containerCreate', { Env: ['A=1', 2] }, 'Env.1'],
    ['containerCreate', { Labels: { a: 1 } }, 'Labels.a'],
    ['containerCreate', { Tty: 'true' }, 'Tty'],
    ['containerCreate', { Cmd: 1 }, 'Cmd'],
    ['containerCreate', { HostConfig: { Memory: '1g' } }, 'HostConfig.Memory'],
    ['containerCreate', { HostConfig: { CpuShares: 1.5 } }, 'HostConfig.CpuShares'],
    ['containerCreate', { HostConfig: { Memory: 1e308 } }, 'HostConfig.Memory'],
    ['containerCreate', { HostConfig: { BlkioWeight: -1 } }, 'HostConfig.BlkioWeight'],
    ['containerCreate', { StopTimeout: 0.5 }, 'StopTimeout'],
    ['containerCreate', { HostConfig: { ConsoleSize: [-1, 80] } }, 'HostConfig.ConsoleSize.0'],
    ['containerCreate', { HostConfig: [], Env: {} }, 'Env'],
    [
      'containerCreate',
      { HostConfig: { PortBindings: { '80/tcp': [{ HostPort: 8080 }] } } },
      'HostConfig.PortBindings.80/tcp.0.HostPort',
    ],
    [
      'containerCreate',
      { NetworkingConfig: { EndpointsConfig: { web: { IPAMConfig: { IPv4Address: 1 } } } } },
      'NetworkingConfig.EndpointsConfig.web.IPAMConfig.IPv4Address',
    ],
    ['execCreate', { Cmd: 'ls' }, 'Cmd'],
    ['execStart', { ConsoleSize: [1] }, 'ConsoleSize.1'],
    ['networkCreate', { IPAM: { Config: [{ Subnet: 1 }] } }, 'IPAM.Config.0.Subnet'],
    ['networkCreate', { EnableIPv6: 'yes' }, 'EnableIPv6'],
    ['networkConnect', { Container: {} }, 'Container'],
  ];
  for (const [name, body, path] of wrong) {
    it(`${name} refuses ${JSON.stringify(body)}, naming ${path}`, () => {
      const result = v.safeParse(objects[name], body);
      const [issue] = result.issues ?? [];
      expect(issue && v.getDotPath(issue)).to.equal(path);
    });
  }
});
