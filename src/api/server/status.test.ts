import { expect } from 'chai';
import * as errors from '../../base/errors.js';
import { errorAnswer } from './status.js';

describe('errorAnswer', () => {
  const cases: [Error, number][] = [
    [new errors.NotFound('x'), 404],
    [new errors.Conflict('x'), 409],
    [new errors.InvalidParameter('x'), 400],
    [new errors.NotModified('x'), 304],
    [new errors.Forbidden('x'), 403],
    [new errors.Unavailable('x'), 503],
    [new errors.NotImplemented('x'), 501],
    [new errors.System('x'), 500],
    [new TypeError('x'), 500],
  ];
  for (const [error, status] of cases) {
    it(`${error.name} is ${status}`, () =>
      expect(errorAnswer(error)).to.deep.equal({ status, body: { message: 'x' } }));
  }

  it('tells the causes too', () => {
    const error = new errors.System('start', { cause: new Error('disk full') });
    expect(errorAnswer(error).body.message).to.equal('start: disk full');
    expect(errorAnswer('text').body.message).to.equal('text');
  });
});
