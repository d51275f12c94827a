import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { ImageBackend, ImagesForContainers, type ProgressLine } from './backend.js';
import { failure, fakeWorld, rootfsTar } from './fake-world.js';

describe('images for the API and for containers', () => {
  let world: ReturnType<typeof fakeWorld>;
  let backend: ImageBackend;
  beforeEach(() => {
    world = fakeWorld();
    backend = new ImageBackend(world);
  });
  afterEach(() => rmSync(world.folder, { recursive: true }));

  const lines: ProgressLine[] = [];
  const progress = (line: ProgressLine) => lines.push(line);
  const importOne = async () => {
    const options = {
      repo: 'x',
      tag: '',
      message: '',
      changes: ['ENTRYPOINT', 'USER me'],
      platform: '',
    };
    await backend.import(options, rootfsTar({ a: '1' }), progress);
    return world.service.resolve('x');
  };

  it('say the id of an import last, with the default comment', async () => {
    const { id } = await importOne();
    expect(lines.at(-1)).to.deep.equal({ status: id });
    expect((await backend.inspect('x')).Comment).to.equal('Imported from -');
  });

  it('take filters as the API decodes them', async () => {
    await importOne();
    const count = async (reference: string) =>
      (await backend.list({ all: false, filters: new Map([['reference', [reference]]]) })).length;
    expect([await count('x'), await count('y')]).to.deep.equal([1, 0]);
    expect(await backend.prune(new Map([['dangling', ['false']]]))).to.have.property(
      'SpaceReclaimed',
      1,
    );
  });

  it('find what to pull if it is here, and say what is not possible', async () => {
    await importOne();
    await backend.pull('x', progress);
    expect(lines.at(-1)).to.deep.equal({ status: 'Status: Image is up to date for x:latest' });
    expect(await failure(backend.pull('y', progress))).to.have.property('kind', 'NotImplemented');
  });

  it("leave out Go's nulls", async () => {
    const { id, chainId } = await importOne();
    expect(new ImagesForContainers(world).resolve('x')).to.deep.equal({
      id,
      chainId,
      config: { User: 'me' },
    });
  });
});
