import { expect } from 'chai';
import { Conflict, prefixed, System } from './errors.js';

describe('prefixed', () => {
  it('keeps the kind', () => {
    const error = prefixed('cannot do it', new Conflict('in use'));
    expect(error).to.be.instanceOf(Conflict);
    expect(error.message).to.equal('cannot do it: in use');
    expect(error.name).to.equal('Conflict');
  });

  it('takes what is not ours for System, with its causes', () => {
    const error = prefixed('cannot do it', new Error('outer', { cause: new Error('inner') }));
    expect(error).to.be.instanceOf(System);
    expect(error.message).to.equal('cannot do it: outer: inner');
  });
});
