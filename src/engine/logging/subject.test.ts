import { expect } from 'chai';
import { type LogSubject, lineAttributes, logTag } from './subject.js';

const subject: LogSubject = {
  id: '0123456789abcdef'.repeat(4),
  name: 'web',
  imageId: `sha256:${'fedcba9876543210'.repeat(4)}`,
  imageName: 'nginx:1',
  args: ['nginx', '-g', 'daemon off;'],
  env: ['STAGE=test', 'STAGE_B=x=y', 'EMPTY'],
  labels: { 'com.a': '1', 'com.b': '2', other: '3' },
  hostname: 'box',
};

describe('logTag', () => {
  const table: [template: string, tag: string][] = [
    ['{{.ID}}', '0123456789ab'],
    ['{{.Name}}/{{.ImageName}}@{{ .ImageID }}', 'web/nginx:1@fedcba987654'],
    ['{{.FullID}}', subject.id],
    ['{{.Command}} on {{.Hostname}}', 'nginx -g daemon off; on box'],
    ['plain', 'plain'],
  ];
  for (const [template, tag] of table) {
    it(template, () => expect(logTag(template, subject)).to.equal(tag));
  }
  const wrong: [template: string, text: string][] = [
    [
      '{{.Nope}}',
      'template: log-tag:1:2: executing "log-tag" at <.Nope>: can\'t evaluate field Nope in type *logger.Info',
    ],
    ['a{{.Name', 'template: log-tag:1: unclosed action'],
  ];
  for (const [template, text] of wrong) {
    it(text, () => expect(() => logTag(template, subject)).to.throw(text));
  }
});

describe('lineAttributes', () => {
  const table: [options: Record<string, string>, attributes: Record<string, string>][] = [
    [{}, {}],
    [{ labels: 'other,nope' }, { other: '3' }],
    [{ 'labels-regex': '^com' }, { 'com.a': '1', 'com.b': '2' }],
    [{ env: 'STAGE_B' }, { STAGE_B: 'x=y' }],
    [{ 'env-regex': '^STAGE' }, { STAGE: 'test', STAGE_B: 'x=y' }],
    [
      { tag: '{{.Name}}', labels: 'other' },
      { other: '3', tag: 'web' },
    ],
  ];
  for (const [options, attributes] of table) {
    it(JSON.stringify(options), () =>
      expect(Object.fromEntries(lineAttributes(options, subject))).to.deep.equal(attributes),
    );
  }
});
