import { expect } from 'chai';
import { containerCreate } from '../types/container.js';
import { networkCreate } from '../types/network.js';
import { refuseDoubleKeys, withFieldNames } from './fields.js';

describe('names of fields', () => {
  it('count however they are written', () => {
    const body = {
      image: 'box',
      HOSTCONFIG: {
        portbindings: { '80/tcp': [{ hostport: '8080' }] },
        mounts: [{ type: 'volume', VOLUMEOPTIONS: { nocopy: true } }],
      },
      hoſtname: 'web',
      unheard: 1,
    };
    expect(withFieldNames(containerCreate, body)).to.deep.equal({
      Image: 'box',
      HostConfig: {
        PortBindings: { '80/tcp': [{ HostPort: '8080' }] },
        Mounts: [{ Type: 'volume', VolumeOptions: { NoCopy: true } }],
      },
      Hostname: 'web',
    });
  });

  it('are not those of maps', () => {
    const body = { Labels: { image: 'a', Image: 'b' }, Cmd: ['sh'], Entrypoint: 'x', Tty: null };
    expect(withFieldNames(containerCreate, body)).to.deep.equal(body);
    const network = { Name: 'n', Options: { parent: 'a', Parent: 'b' } };
    expect(withFieldNames(networkCreate, network)).to.deep.equal(network);
  });

  it('leave what is no object as it is', () => {
    for (const body of [{ HostConfig: 1 }, { HostConfig: [] }, { Env: {} }]) {
      expect(withFieldNames(containerCreate, body)).to.deep.equal(body);
    }
  });

  it('must not be there under two spellings', () => {
    const body = { HostConfig: { Privileged: true }, hostconfig: { Privileged: false } };
    expect(() => withFieldNames(containerCreate, body)).to.throw('"hostconfig" is there twice');
  });

  const texts: [string, string | undefined][] = [
    ['{"a": {"b": 1}, "b": [{"b": 2}, {"b": 3}]}', undefined],
    ['{"a": "b", "b": "a", "c": "\\"a\\": 1, {"}', undefined],
    ['{"a": 1, "b": 2, "a" : 3}', '"a"'],
    ['{"x": {"a": {}, "\\u0061": {}}}', '"a"'],
    ['{"x": [{"a": "\\\\", "b": ["{"], "a": 1}]}', '"a"'],
    ['{"": 1, "": 2}', '""'],
  ];
  for (const [text, key] of texts) {
    it(`${text} has ${key ? `${key} twice` : 'each once'}`, () => {
      JSON.parse(text);
      const attempt = () => refuseDoubleKeys(text);
      if (key) expect(attempt).to.throw(`the field ${key} is there twice`);
      else expect(attempt).not.to.throw();
    });
  }
});
