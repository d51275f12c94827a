import { expect } from 'chai';
import * as v from 'valibot';
import { type HostConfig, hostConfig } from '../../api/types/container.js';
import type { SandboxKind } from '../../cnm/model.js';
import type { ContainersContext } from './context.js';
import { wantedUsers } from './user-namespace.js';

/** Containers by name, and the user namespaces of those that run. */
const users: Readonly<Record<string, string | undefined>> = {
  one: '/users/one',
  pod: '/users/one',
  two: '/users/two',
  plain: undefined,
};
const range = [{ containerID: 0, hostID: 100_000, size: 65_536 }];

function wanted(host: Partial<HostConfig>, kind: SandboxKind['type'] = 'own', maps = true) {
  const context = {
    settings: maps ? { idMaps: { uids: range, gids: range } } : {},
    registry: { find: (name: string) => ({ id: name }) },
    networks: { sandbox: (id: string) => ({ usernsPath: users[id] }) },
  };
  const kinds: Record<SandboxKind['type'], SandboxKind> = {
    own: { type: 'own' },
    host: { type: 'host' },
    joined: { type: 'joined', sandboxId: 'one' },
  };
  return wantedUsers(
    context as unknown as ContainersContext,
    { ...v.parse(hostConfig, {}), ...host },
    kinds[kind],
  );
}

describe('the user namespace of a container', () => {
  it("is the host's where nothing is mapped, or where it is asked for", () => {
    expect(wanted({}, 'own', false)).to.deep.equal({});
    expect(wanted({ UsernsMode: 'host' })).to.deep.equal({});
    expect(wanted({ UsernsMode: 'host', NetworkMode: 'container:one' }, 'joined')).to.deep.equal(
      {},
    );
    expect(wanted({ UsernsMode: 'host' }, 'host')).to.deep.equal({});
  });

  it('is its own', () => {
    expect(wanted({})).to.deep.equal({ users: 'own' });
    expect(wanted({ NetworkMode: 'none' })).to.deep.equal({ users: 'own' });
  });

  const shared: [host: Partial<HostConfig>, of: string][] = [
    [{ NetworkMode: 'container:one' }, 'one'],
    [{ PidMode: 'container:two' }, 'two'],
    [{ IpcMode: 'container:two' }, 'two'],
    [{ NetworkMode: 'container:pod', PidMode: 'container:one' }, 'pod'],
  ];
  for (const [host, of] of shared) {
    it(`is that of ${of} for ${JSON.stringify(host)}`, () => {
      expect(wanted(host)).to.deep.equal({ users: { of } });
    });
  }

  const refused: [host: Partial<HostConfig>, words: string][] = [
    [{ PidMode: 'container:plain' }, 'container plain: it has another user namespace: start this'],
    [
      { NetworkMode: 'container:one', IpcMode: 'container:two' },
      'container two: it has another user namespace: share those of one alone',
    ],
    [
      { NetworkMode: 'container:one', IpcMode: 'container:plain' },
      'container plain: it has another user namespace: share those of one alone',
    ],
  ];
  for (const [host, words] of refused) {
    it(`is refused for ${JSON.stringify(host)}`, () => {
      expect(() => wanted(host)).to.throw(words);
    });
  }

  it("is refused on the host's network, whatever that is called", () => {
    expect(() => wanted({ NetworkMode: '0123456789ab' }, 'host')).to.throw(
      "cannot share the host's network namespace when user namespaces are enabled",
    );
  });
});
