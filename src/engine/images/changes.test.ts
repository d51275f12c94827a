import { expect } from 'chai';
import { applyChanges } from './changes.js';
import type { RunConfig } from './config.js';

describe('changes of an image configuration', () => {
  const table: [lines: string[], config: RunConfig][] = [
    [['CMD ["a", "b"]'], { Cmd: ['a', 'b'] }],
    [['CMD a  b'], { Cmd: ['/bin/sh', '-c', 'a  b'] }],
    [['cmd [a'], { Cmd: ['/bin/sh', '-c', '[a'] }],
    [['ENTRYPOINT ["x"]', 'ENTRYPOINT'], { Entrypoint: null }],
    [
      ['ENV a=1 b="two words" c=\'3 4\' d=x\\ y'],
      { Env: ['a=1', 'b=two words', 'c=3 4', 'd=x y'] },
    ],
    [['ENV a the rest of it'], { Env: ['a=the rest of it'] }],
    [['ENV a=1 b=2', 'ENV a=3'], { Env: ['a=3', 'b=2'] }],
    [
      ['EXPOSE 80 443/tcp 53/UDP 8000-8001'],
      {
        ExposedPorts: { '80/tcp': {}, '443/tcp': {}, '53/udp': {}, '8000/tcp': {}, '8001/tcp': {} },
      },
    ],
    [['LABEL a=b "c d"="e f"'], { Labels: { a: 'b', 'c d': 'e f' } }],
    [['WORKDIR /srv', 'WORKDIR www/../x'], { WorkingDir: '/srv/x' }],
    [['USER 1000:1000'], { User: '1000:1000' }],
    [['VOLUME /a /b', 'VOLUME ["/c d"]'], { Volumes: { '/a': {}, '/b': {}, '/c d': {} } }],
    [['STOPSIGNAL SIGQUIT\nUSER x', '', '# nothing'], { StopSignal: 'SIGQUIT', User: 'x' }],
    [['ONBUILD RUN x y'], { OnBuild: ['RUN x y'] }],
    [['CMD'], { Cmd: ['/bin/sh', '-c'] }],
    [
      ['SHELL ["/bin/bash", "-c"]', 'CMD x'],
      { Shell: ['/bin/bash', '-c'], Cmd: ['/bin/bash', '-c', 'x'] },
    ],
    [['CMD a', 'ENTRYPOINT ["e"]'], { Cmd: ['/bin/sh', '-c', 'a'], Entrypoint: ['e'] }],
    [['USER a b'], { User: 'a b' }],
    [
      ['ENV a=1', `ENV b=$a c=\${a}x d='$a' e="$a \\$a" f=$no g=\\$a`],
      {
        Env: ['a=1', 'b=1', 'c=1x', 'd=$a', 'e=1 $a', 'f=', 'g=$a'],
      },
    ],
    [
      ['ENV d="x y"', 'ENV e=$d', 'WORKDIR $d', 'LABEL l=$d'],
      {
        Env: ['d=x y', 'e=x y'],
        WorkingDir: '/x y',
        Labels: { l: 'x y' },
      },
    ],
    [['LABEL a=b \\\n c=d'], { Labels: { a: 'b', c: 'd' } }],
    [['ENV a=', `ENV b=\${a:-x} c=\${a:+y} d=\${b:+z}`], { Env: ['a=', 'b=x', 'c=', 'd='] }],
    [['HEALTHCHECK NONE'], { Healthcheck: { Test: ['NONE'] } }],
    [['HEALTHCHECK CMD ["a", "b"]'], { Healthcheck: { Test: ['CMD', 'a', 'b'] } }],
    [
      ['HEALTHCHECK --interval=5s --timeout=1m30s --start-period=500ms --retries=4 CMD curl x'],
      {
        Healthcheck: {
          Test: ['CMD-SHELL', 'curl x'],
          Interval: 5e9,
          Timeout: 90e9,
          StartPeriod: 5e8,
          Retries: 4,
        },
      },
    ],
  ];
  for (const [lines, config] of table)
    it(lines.join('; '), () => {
      expect(applyChanges({}, lines)).to.deep.equal(config);
    });

  const bad: [string, RegExp][] = [
    ['RUN x', /^run is not a valid change command$/],
    ['', /^file with no instructions$/],
    ['# x', /^file with no instructions$/],
    ['ENV', /^ENV requires at least one argument$/],
    ['ENV a', /^ENV must have two arguments$/],
    ['ENV a=b c', /can't find = in "c"/],
    ['ENV =b', /^ENV names can not be blank$/],
    ['LABEL x', /^LABEL must have two arguments$/],
    ['VOLUME', /^VOLUME requires at least one argument$/],
    ['VOLUME ""', /^VOLUME specified can not be an empty string$/],
    ['ONBUILD ONBUILD RUN x', /^Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed$/],
    ['ONBUILD from x', /^FROM isn't allowed as an ONBUILD trigger$/],
    ['SHELL x', /^SHELL requires the arguments to be in JSON form$/],
    ['STOPSIGNAL SIGFOO', /signal/i],
    ['HEALTHCHECK', /^HEALTHCHECK requires at least one argument$/],
    ['HEALTHCHECK FOO', /^Unknown type "FOO" in HEALTHCHECK \(try CMD\)$/],
    ['HEALTHCHECK CMD', /^Missing command after HEALTHCHECK CMD$/],
    ['HEALTHCHECK NONE x', /^HEALTHCHECK NONE takes no arguments$/],
    ['HEALTHCHECK --bogus=1 CMD x', /^Unknown flag: bogus$/],
    ['HEALTHCHECK --retries=0 CMD x', /^--retries must be at least 1 \(not 0\)$/],
    ['HEALTHCHECK --interval=1us CMD x', /^Interval "interval" cannot be less than 1ms$/],
    ['HEALTHCHECK --interval=x CMD x', /^time: invalid duration "x"$/],
    ['WORKDIR', /^WORKDIR requires exactly one argument$/],
    ['ENV a="b', /unexpected end of statement/],
    ['EXPOSE 0', /Invalid containerPort: 0/],
    ['EXPOSE 5-4', /Invalid containerPort: 5-4/],
    ['USER', /USER requires exactly one argument/],
  ];
  for (const [line, message] of bad)
    it(`refuses ${line}`, () => {
      expect(() => applyChanges({}, [line])).to.throw(message);
    });
});
