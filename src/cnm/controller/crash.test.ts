import { expect } from 'chai';
import type { Controller } from './controller.js';
import {
  addressesOf,
  attachment,
  FakeWorld,
  networkRequest,
  publish80,
  sandboxRequest,
} from './fake-world.js';

const box = 'box'.padEnd(64, '0');

/** Each operation with what has to be there first. `live` are the containers that run when the daemon dies. */
const operations: Record<
  string,
  {
    live: readonly string[];
    before(controller: Controller): Promise<unknown>;
    run(controller: Controller): Promise<unknown>;
  }
> = {
  'create a network': {
    live: [],
    before: async () => {},
    run: (controller) => controller.createNetwork(networkRequest('web', { enableIPv6: true })),
  },
  'open a sandbox': {
    live: [],
    before: (controller) => controller.createNetwork(networkRequest('web')),
    run: (controller) =>
      controller.openSandbox(
        sandboxRequest('box', ['web', 'bridge'], { ports: [publish80(8080)] }),
      ),
  },
  'connect a running sandbox, which moves the gateway': {
    live: [box],
    before: async (controller) => {
      await controller.createNetwork(networkRequest('web'));
      await controller.openSandbox(sandboxRequest('box', ['bridge'], { ports: [publish80(8080)] }));
    },
    run: (controller) => controller.connect(box, attachment('web', 5)),
  },
};

async function prepared(name: keyof typeof operations) {
  const world = new FakeWorld();
  const operation = operations[name];
  if (!operation) throw new Error(`no operation ${name}`);
  const controller = await world.start();
  await operation.before(controller);
  return { world, controller, operation };
}

async function outcome(promise: Promise<unknown>): Promise<'done' | 'failed'> {
  return promise.then(
    () => 'done',
    () => 'failed',
  );
}

/** How many calls the operation makes when nothing goes wrong. */
async function callsOf(name: string): Promise<number> {
  const { world, controller, operation } = await prepared(name);
  const start = world.calls;
  await operation.run(controller);
  return world.calls - start;
}

describe('a controller that is disturbed', () => {
  for (const name of Object.keys(operations)) {
    it(`rolls back wholly, whichever call fails: ${name}`, async () => {
      const calls = await callsOf(name);
      expect(calls).to.be.greaterThan(5);
      for (let k = 1; k <= calls; k++) {
        const { world, controller, operation } = await prepared(name);
        const before = world.state();
        world.failAt = world.calls + k;
        expect(await outcome(operation.run(controller)), `call ${k}`).to.equal('failed');
        expect(world.state(), `call ${k} of ${name}`).to.deep.equal(before);
        // Nothing is held in memory either: the second attempt gets what the first would have got.
        expect(await outcome(operation.run(controller)), `again after ${k}`).to.equal('done');
      }
    });

    it(`is put right by a restart, wherever it is killed: ${name}`, async () => {
      const calls = await callsOf(name);
      const done = await doneState(name);
      for (let k = 1; k <= calls; k++) {
        const { world, controller, operation } = await prepared(name);
        const before = comparable(world);
        world.dieAt = world.calls + k;
        expect(await outcome(operation.run(controller)), `call ${k}`).to.equal('failed');
        expect(world.dead).to.equal(true);
        await world.start(operation.live);
        const after = comparable(world);
        // Once the records say that the thing is done, it is.
        const expected = recordsOf(after) === recordsOf(done) ? done : before;
        expect(after, `call ${k} of ${name}`).to.deep.equal(expected);
      }
    });
  }

  it('finishes a removal that it was killed in', async () => {
    for (let k = 1; k <= 6; k++) {
      const world = new FakeWorld();
      const controller = await world.start();
      const before = world.state();
      await controller.createNetwork(networkRequest('web'));
      world.dieAt = world.calls + k;
      await outcome(controller.removeNetwork('web').then(() => controller.shutdown()));
      const next = await world.start();
      if (next.networks().some(({ name }) => name === 'web')) {
        expect(k, 'only before the record is gone').to.equal(1);
        await next.removeNetwork('web');
        await next.shutdown();
      }
      expect(world.state(), `call ${k}`).to.deep.equal(before);
    }
  });

  it('finishes a disconnect that it was killed in, and publishes the ports on what is left', async () => {
    for (let k = 1; k <= 15; k++) {
      const world = new FakeWorld();
      const controller = await world.start();
      await controller.createNetwork(networkRequest('web'));
      const ports = [publish80(8080)];
      await controller.openSandbox(sandboxRequest('box', ['bridge', 'web'], { ports }));
      world.dieAt = world.calls + k;
      await outcome(controller.disconnect(box, 'bridge'));
      const next = await world.start([box]);
      const endpoints = next.sandbox(box)?.endpoints ?? [];
      const published = endpoints.filter(({ bindings }) => bindings.length > 0);
      expect(published, `call ${k}`).to.have.length(1);
      expect(routesIn(world)).to.have.length(1);
      expect(linksIn(world)).to.have.length(1 + endpoints.length);
      expect(world.hosts.get(box), `call ${k}`).to.deep.equal(addressesOf(endpoints));
      await next.closeSandbox(box);
    }
  });

  for (const network of ['bridge', 'six'] as const) {
    it(`finishes a disconnect of one of two gateways that share ports: ${network}`, async () => {
      const sharing = async () => {
        const world = new FakeWorld();
        const controller = await world.start();
        await controller.createNetwork(
          networkRequest('six', { enableIPv4: false, enableIPv6: true }),
        );
        const ports = [publish80(8080), publish80(0)];
        await controller.openSandbox(sandboxRequest('box', ['bridge', 'six'], { ports }));
        return { world, controller };
      };
      const published = (controller: Controller) => controller.sandbox(box)?.endpoints ?? [];
      const whole = await sharing();
      const start = whole.world.calls;
      await whole.controller.disconnect(box, network);
      const calls = whole.world.calls - start;
      await whole.world.start([box]);
      const done = comparable(whole.world);
      const untouched = await sharing();
      await untouched.world.start([box]);
      const before = comparable(untouched.world);
      for (let k = 1; k <= calls; k++) {
        const { world, controller } = await sharing();
        world.dieAt = world.calls + k;
        await outcome(controller.disconnect(box, network));
        const next = await world.start([box]);
        const expected = published(next).length === 1 ? done : before;
        expect(comparable(world), `call ${k} of ${calls}`).to.deep.equal(expected);
      }
    });
  }
});

interface NamespaceState {
  readonly links: readonly unknown[];
  readonly routes: readonly unknown[];
}

function inside(world: FakeWorld): NamespaceState {
  return world.kernel.state().namespaces['/netns/box000000000'] as NamespaceState;
}

const routesIn = (world: FakeWorld) => inside(world).routes;
const linksIn = (world: FakeWorld) => inside(world).links;

/** What the records say once the operation is done and the daemon was started again. */
async function doneState(name: string) {
  const { world, controller, operation } = await prepared(name);
  await operation.run(controller);
  await world.start(operation.live);
  return comparable(world);
}

/** The default bridge has no resolver, so the names of a restart can differ in number from nothing else. */
function comparable(world: FakeWorld) {
  const open = world.sandboxStates.values().map(({ record }) => record.id);
  const hosts = open.map((id) => world.hosts.get(id));
  return { ...world.state(), names: world.names.size, hosts };
}

function recordsOf({ networks, sandboxes }: ReturnType<typeof comparable>): string {
  return JSON.stringify([networks, sandboxes]);
}
