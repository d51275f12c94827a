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
  ];
  for (const [lines, config] of table)
    it(lines.join('; '), () => {
      expect(applyChanges({}, lines)).to.deep.equal(config);
    });

  const bad: [string, RegExp][] = [
    ['RUN x', /^RUN is not a valid change command$/],
    ['ENV a', /can't find = in "a"/],
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
