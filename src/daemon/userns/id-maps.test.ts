import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../base/logger.js';
import { remappedDataRoot } from './data-root.js';
import { readIdMaps } from './id-maps.js';

describe('maps of ids', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maps-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function read(wish: string, files: Readonly<Record<string, string>>) {
    const path = (name: string) => join(folder, name);
    for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text);
    return readIdMaps(wish, silentLogger, {
      passwd: path('passwd'),
      group: path('group'),
      subuid: path('subuid'),
      subgid: path('subgid'),
    });
  }

  const accounts = {
    passwd: 'root:x:0:0::/root:/bin/sh\nmapped:x:4242:50::/:/bin/false\n',
    group: 'root:x:0:\nmapped:x:4242:\n',
  };

  it('are none unless they are asked for', () => {
    expect(read('', {})).to.equal(undefined);
  });

  it('are those of the user, for groups too', () => {
    const files = { ...accounts, subuid: 'mapped:100000:10\n', subgid: '4242:200000:20\n' };
    expect(read('mapped', files)).to.deep.equal({
      uids: [{ containerID: 0, hostID: 100_000, size: 10 }],
      gids: [{ containerID: 0, hostID: 200_000, size: 20 }],
    });
  });

  it('are none for root', () => {
    expect(read('root', accounts)).to.equal(undefined);
  });

  it('are missed where a file is', () => {
    const files = { ...accounts, subuid: 'mapped:100000:10\n' };
    expect(() => read('mapped', files)).to.throw(/no subgid ranges found for user "mapped"/);
  });

  it('have a part of the data root of their own', () => {
    expect(remappedDataRoot('/data', { uid: 1, gid: 2 })).to.equal('/data/1.2');
  });
});
