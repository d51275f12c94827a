import { expect } from 'chai';
import { compilePattern, matchesPattern } from './pattern.js';
import {
  familiarText,
  fullText,
  parseAnyReference,
  parseReference,
  withDefaultTag,
} from './reference.js';

const hex = 'ab'.repeat(32);

describe('image references', () => {
  const good: [text: string, full: string, familiar: string][] = [
    ['busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36', 'busybox:1.36'],
    ['tsnet/busybox', 'docker.io/tsnet/busybox:latest', 'tsnet/busybox:latest'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['index.docker.io/library/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['docker.io/a/b/c', 'docker.io/a/b/c:latest', 'a/b/c:latest'],
    ['library/a/b', 'docker.io/library/a/b:latest', 'library/a/b:latest'],
    ['localhost/x', 'localhost/x:latest', 'localhost/x:latest'],
    ['localhost:5000/x:y', 'localhost:5000/x:y', 'localhost:5000/x:y'],
    ['[fd00::1]:5000/x', '[fd00::1]:5000/x:latest', '[fd00::1]:5000/x:latest'],
    ['Host/x', 'Host/x:latest', 'Host/x:latest'],
    ['ghcr.io/o/r:v1', 'ghcr.io/o/r:v1', 'ghcr.io/o/r:v1'],
    ['a__b/c-d.e_f', 'docker.io/a__b/c-d.e_f:latest', 'a__b/c-d.e_f:latest'],
    [`busybox@sha256:${hex}`, `docker.io/library/busybox@sha256:${hex}`, `busybox@sha256:${hex}`],
    [`x:t@sha256:${hex}`, `docker.io/library/x:t@sha256:${hex}`, `x:t@sha256:${hex}`],
  ];
  for (const [text, full, familiar] of good)
    it(`reads ${text}`, () => {
      const name = withDefaultTag(parseReference(text));
      expect([fullText(name), familiarText(name)]).to.deep.equal([full, familiar]);
      // The full form reads as itself.
      expect(fullText(parseReference(full))).to.equal(full);
    });

  const bad: [text: string, message: string][] = [
    ['', 'invalid reference format'],
    [':tag', 'invalid reference format'],
    ['a:', 'invalid reference format'],
    ['a:-x', 'invalid reference format'],
    ['a b', 'invalid reference format'],
    ['a//b', 'invalid reference format'],
    ['../a', 'invalid reference format'],
    ['-a', 'invalid reference format'],
    ['a___b', 'invalid reference format'],
    ['a@sha256:abc', 'invalid reference format'],
    ['a@b@c', 'invalid reference format'],
    [`a:${'x'.repeat(129)}`, 'invalid reference format'],
    ['Foo', 'invalid reference format: repository name (library/Foo) must be lowercase'],
    ['x/Foo:1', 'invalid reference format: repository name (x/Foo) must be lowercase'],
    [hex, `invalid repository name (${hex}), cannot specify 64-byte hexadecimal strings`],
    ['a'.repeat(256), 'repository name must not be more than 255 characters'],
  ];
  for (const [text, message] of bad)
    it(`refuses ${JSON.stringify(text.slice(0, 30))}`, () => {
      expect(() => parseReference(text))
        .to.throw()
        .with.include({ message, kind: 'InvalidParameter' });
    });

  it('tells ids from names', () => {
    const id = { kind: 'id', id: `sha256:${hex}` };
    expect(parseAnyReference(hex)).to.deep.equal(id);
    expect(parseAnyReference(`sha256:${hex}`)).to.deep.equal(id);
    expect(parseAnyReference(hex.slice(0, 12)).kind).to.equal('name');
  });
});

describe('reference patterns', () => {
  const table: [pattern: string, name: string, matches: boolean][] = [
    ['busybox', 'busybox:1', true],
    ['busybox:1', 'busybox:1', true],
    ['busy*', 'busybox:1', true],
    ['*', 'busybox:1', true],
    ['*', 'tsnet/busybox:1', false],
    ['*/*', 'tsnet/busybox:1', true],
    ['*:latest', 'busybox:1', false],
    ['b?sybox', 'busybox:1', true],
    ['b[a-u]sybox', 'busybox:1', true],
    ['b[^a-u]sybox', 'busybox:1', false],
    ['busy.ox', 'busybox:1', false],
    ['busybo\\x', 'busybox:1', true],
  ];
  for (const [pattern, name, matches] of table)
    it(`${pattern} ${matches ? 'matches' : "doesn't match"} ${name}`, () => {
      expect(matchesPattern(compilePattern(pattern), parseReference(name))).to.equal(matches);
    });

  for (const pattern of ['[', 'a[', 'a\\', '[]'])
    it(`refuses ${pattern}`, () => {
      expect(() => compilePattern(pattern)).to.throw('syntax error in pattern');
    });
});
