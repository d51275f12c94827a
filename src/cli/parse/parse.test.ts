import { expect } from 'chai';
import { cutArgv } from './argv.js';
import { parseCommandLine } from './command-line.js';
import { parseCsv } from './csv.js';
import { commaList, integer, list, text, toggle } from './flag.js';
import { parseBytes, parseDuration, parseNanoCpus } from './numbers.js';
import { parsePorts } from './ports.js';
import { familiarName, parseReference } from './reference.js';

const table = {
  interactive: toggle('', { short: 'i' }),
  tty: toggle('', { short: 't' }),
  rm: toggle(''),
  env: list('', { short: 'e' }),
  publish: list('', { short: 'p' }),
  name: text(''),
  alias: commaList(''),
  last: integer('', { short: 'n' }),
  proxy: toggle('', { on: true }),
};

const parse = (line: string, optionsFirst = true) =>
  parseCommandLine(line.split(' '), table, { optionsFirst, warn: () => undefined });

describe('command lines', () => {
  const good: readonly [line: string, flags: object, args: string][] = [
    ['-it img -x', { interactive: true, tty: true }, 'img -x'],
    ['--rm=false --proxy=0 img', { rm: false, proxy: false }, 'img'],
    ['--rm true', { rm: true }, 'true'],
    [
      '-p8080:80 -e=A=b -eB=c -e -x img',
      { publish: ['8080:80'], env: ['A=b', 'B=c', '-x'] },
      'img',
    ],
    ['-ite A=1 img', { interactive: true, tty: true, env: ['A=1'] }, 'img'],
    ['-i=false img', { interactive: false }, 'img'],
    [`-e "a" --name='b' img`, { env: ['"a"'], name: `'b'` }, 'img'],
    ['--name= img', { name: '' }, 'img'],
    ['--name a --name b img', { name: 'b' }, 'img'],
    ['--alias a,b --alias c img', { alias: ['a', 'b', 'c'] }, 'img'],
    ['-n 007 img', { last: 7 }, 'img'],
    ['-- --rm', { rm: false }, '--rm'],
    ['- -i', { interactive: false }, '- -i'],
    ['--name __proto__ img', { name: '__proto__' }, 'img'],
  ];
  for (const [line, flags, args] of good) {
    it(line, () => {
      const input = parse(line);
      expect(input?.flags).to.deep.include(flags);
      expect(input?.args.join(' ')).to.equal(args);
    });
  }

  it('finds flags behind arguments unless they belong to the container', () => {
    expect(parse('web -n 3', false)).to.deep.include({ args: ['web'] });
    expect(parse('web -n 3')).to.deep.include({ args: ['web', '-n', '3'] });
  });

  const bad: readonly [line: string, message: string][] = [
    ['--nope', 'unknown flag: --nope'],
    ['--constructor', 'unknown flag: --constructor'],
    ['-itx', "unknown shorthand flag: 'x' in -x"],
    ['--name', 'flag needs an argument: --name'],
    ['-ie', "flag needs an argument: 'e' in -e"],
    [
      '--rm=maybe',
      'invalid argument "maybe" for "--rm" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [
      '-n x',
      'invalid argument "x" for "-n, --last" flag: strconv.ParseInt: parsing "x": invalid syntax',
    ],
  ];
  for (const [line, message] of bad) {
    it(`refuses ${line}`, () => expect(() => parse(line)).to.throw(message));
  }

  it('asks for help', () => {
    expect(cutArgv(['--help'], table, { optionsFirst: false }).help).to.equal(true);
    expect(parse('img --help')?.args).to.deep.equal(['img', '--help']);
  });
});

describe('publish', () => {
  const one = (port: string, HostPort: string, HostIp = '') => ({ [port]: [{ HostIp, HostPort }] });
  const good: readonly [spec: string, bindings: object][] = [
    ['80', one('80/tcp', '')],
    ['8080:80', one('80/tcp', '8080')],
    ['8080:80/udp', one('80/udp', '8080')],
    ['1.2.3.4:8080:80', one('80/tcp', '8080', '1.2.3.4')],
    ['1.2.3.4::80', one('80/tcp', '', '1.2.3.4')],
    ['[::1]:8080:80', one('80/tcp', '8080', '::1')],
    ['::1:8080:80', one('80/tcp', '8080', '::1')],
    ['8000-8010:80', one('80/tcp', '8000-8010')],
    ['90-91', { ...one('90/tcp', ''), ...one('91/tcp', '') }],
    ['8000-8001:90-91', { ...one('90/tcp', '8000'), ...one('91/tcp', '8001') }],
    ['published=8080,target=80,protocol=udp', one('80/udp', '8080')],
  ];
  for (const [spec, bindings] of good) {
    it(spec, () => expect(parsePorts([spec], []).bindings).to.deep.equal(bindings));
  }

  const bad: readonly [spec: string, message: string][] = [
    ['', 'no port specified: <empty>'],
    [':', 'no port specified: :<empty>'],
    ['80:', 'no port specified: 80:<empty>'],
    ['abc', 'invalid containerPort: abc'],
    ['99999:80', 'invalid hostPort: 99999'],
    ['80-70:80', 'invalid hostPort: 80-70'],
    ['1.2.3.4:80', 'invalid hostPort: 1.2.3.4'],
    ['1.2.3.400:80:80', 'invalid IP address: 1.2.3.400'],
    ['localhost:80:80', 'invalid IP address: localhost'],
    ['80:80/foo', 'invalid proto: foo'],
    ['80:80-82', 'invalid ranges specified for container and host Ports: 80-82 and 80'],
  ];
  for (const [spec, message] of bad) {
    it(`refuses ${JSON.stringify(spec)}`, () =>
      expect(() => parsePorts([spec], [])).to.throw(message));
  }

  it('exposes ranges', () => {
    expect(Object.keys(parsePorts([], ['90-92/udp']).exposed)).to.deep.equal([
      '90/udp',
      '91/udp',
      '92/udp',
    ]);
  });
});

describe('values', () => {
  it('reads sizes, durations, CPUs', () => {
    expect(['512m', '1.5g', '10', '2kb'].map(parseBytes)).to.deep.equal([
      536_870_912, 1_610_612_736, 10, 2048,
    ]);
    expect(['1h30m', '1.5s', '100ms', '0'].map(parseDuration)).to.deep.equal([
      5400e9, 1.5e9, 1e8, 0,
    ]);
    expect(['1.5', '2', '0.000000001'].map(parseNanoCpus)).to.deep.equal([1.5e9, 2e9, 1]);
    expect(() => parseNanoCpus('0.0000000001')).to.throw('value is too precise');
    expect(() => parseBytes('abc')).to.throw("invalid size: 'abc'");
  });

  it('reads fields between commas', () => {
    expect(parseCsv('a,"b,c",d=""')).to.deep.equal(['a', 'b,c', 'd=""']);
    expect(parseCsv('a,')).to.deep.equal(['a', '']);
  });

  it('reads names of images', () => {
    const names = ['nginx', 'a/b:1', 'reg:5000/x/y', 'docker.io/nginx', 'localhost/z'];
    expect(names.map((name) => familiarName(parseReference(name)))).to.deep.equal([
      'nginx:latest',
      'a/b:1',
      'reg:5000/x/y:latest',
      'nginx:latest',
      'localhost/z:latest',
    ]);
    expect(() => parseReference('NGINX')).to.throw(
      'repository name (library/NGINX) must be lowercase',
    );
    expect(() => parseReference('a b')).to.throw('invalid reference format');
  });
});
