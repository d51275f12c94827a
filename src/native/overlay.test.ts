import { expect } from 'chai';
import { overlayData, overlayOptions } from './overlay.js';

const odd = {
  lower: ['/a:b', '/c,d', '/e\\f'],
  upper: '/u:p',
  work: '/w\\k',
  target: '/t',
  volatile: true,
  extra: ['metacopy=on'],
};

describe('overlayData', () => {
  it('joins the layers, topmost first', () => {
    const data = overlayData({ lower: ['/2', '/1'], upper: '/u', work: '/w', target: '/t' });
    expect(data).to.equal('lowerdir=/2:/1,upperdir=/u,workdir=/w');
  });

  it('escapes what separates, and the escape', () => {
    expect(overlayData(odd)).to.equal(
      'lowerdir=/a\\:b:/c\\,d:/e\\\\f,upperdir=/u\\:p,workdir=/w\\\\k,volatile,metacopy=on',
    );
  });

  it('is read-only without an upper layer', () => {
    expect(overlayData({ lower: ['/1'], target: '/t' })).to.equal('lowerdir=/1');
  });
});

describe('overlayOptions', () => {
  it('has one option per layer and escapes backslashes of the other paths only', () => {
    expect(overlayOptions(odd)).to.deep.equal([
      ['lowerdir+', '/a:b'],
      ['lowerdir+', '/c,d'],
      ['lowerdir+', '/e\\f'],
      ['upperdir', '/u:p'],
      ['workdir', '/w\\\\k'],
      ['volatile'],
      ['metacopy', 'on'],
    ]);
  });
});
