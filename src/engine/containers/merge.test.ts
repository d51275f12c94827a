import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import type { ImageDefaults } from './context.js';
import { createBody } from './fake-context.js';
import { mergeConfig, mergeEnv } from './merge.js';

function merged(wanted: object, image: ImageDefaults) {
  const { HostConfig: _, NetworkingConfig: __, ...config } = createBody(wanted);
  return mergeConfig(config, image);
}

describe('mergeConfig', () => {
  const image = { Entrypoint: ['/entry'], Cmd: ['serve', '-v'] };
  const commands: [string, object, ImageDefaults, string[]][] = [
    ["takes the image's command line", {}, image, ['/entry', 'serve', '-v']],
    ['replaces the command', { Cmd: ['ls'] }, image, ['/entry', 'ls']],
    ['takes an empty command for none', { Cmd: [] }, image, ['/entry', 'serve', '-v']],
    ["drops the image's command with a new entrypoint", { Entrypoint: ['sh'] }, image, ['sh']],
    ['takes both', { Entrypoint: ['sh'], Cmd: ['-c', 'x'] }, image, ['sh', '-c', 'x']],
    ['takes a string for a list of one', { Entrypoint: 'sh' }, image, ['sh']],
    ['clears the entrypoint with ""', { Entrypoint: [''], Cmd: ['ls'] }, image, ['ls']],
    ['keeps the command with an empty list', { Entrypoint: [] }, image, ['serve', '-v']],
    ['needs no entrypoint', { Cmd: ['ls'] }, { Entrypoint: null, Cmd: null }, ['ls']],
  ];
  for (const [what, wanted, defaults, args] of commands) {
    it(what, () => expect(merged(wanted, defaults).args).to.deep.equal(args));
  }

  for (const [wanted, defaults] of [
    [{}, {}],
    [{ Entrypoint: [''] }, image],
    [{ Cmd: [''] }, {}],
  ] as const) {
    it(`wants a command: ${JSON.stringify(wanted)}`, () =>
      expect(() => merged(wanted, defaults)).to.throw(InvalidParameter, 'no command specified'));
  }

  it("lets the user's settings win and adds up sets", () => {
    const { config } = merged(
      { Cmd: ['ls'], User: 'me', Env: ['A=2'], Labels: { a: '2' }, ExposedPorts: { '81/tcp': {} } },
      {
        User: 'www',
        WorkingDir: '/srv',
        StopSignal: 'SIGINT',
        Env: ['A=1', 'B=1'],
        Labels: { a: '1', b: '1' },
        ExposedPorts: { '80/tcp': {} },
        Volumes: { '/data': {} },
      },
    );
    expect(config).to.deep.include({
      User: 'me',
      WorkingDir: '/srv',
      StopSignal: 'SIGINT',
      Env: ['A=2', 'B=1'],
      Labels: { a: '2', b: '1' },
      ExposedPorts: { '80/tcp': {}, '81/tcp': {} },
      Volumes: { '/data': {} },
      Cmd: ['ls'],
      Entrypoint: null,
    });
  });

  it('bears an image that says null everywhere', () => {
    const defaults = { User: null, Env: null, Labels: null, Volumes: null, ExposedPorts: null };
    expect(merged({ Cmd: ['ls'] }, defaults).config).to.deep.include({
      User: '',
      Env: [],
      Labels: {},
      ExposedPorts: {},
    });
  });
});

describe('mergeEnv', () => {
  const cases: [string[], string[], string[]][] = [
    [['A=1'], ['A=2', 'B='], ['A=2', 'B=']],
    [['A=1', 'B=1'], ['A'], ['B=1']],
    [['A=x=y'], [], ['A=x=y']],
    [[], ['A=1', 'A=2'], ['A=2']],
    [[], ['=x', 'NEVER'], []],
  ];
  for (const [base, over, result] of cases) {
    it(`${base} + ${over}`, () => expect(mergeEnv(base, over)).to.deep.equal(result));
  }
});
