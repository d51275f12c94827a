import { expect } from 'chai';
import { ip } from '../../base/ip.js';
import { addHostsLines, hostsFile, ownLines, removeHostsLines } from './hosts.js';

const own = ownLines([ip('172.18.0.2'), ip('fd00::2')], { hostname: 'web', domainname: 'x.org' });

describe('hostsFile', () => {
  it('has the localhost lines, then the given ones', () =>
    expect(hostsFile({ ipv6: true, lines: own })).to.equal(
      [
        '127.0.0.1\tlocalhost',
        '::1\tlocalhost ip6-localhost ip6-loopback',
        'fe00::\tip6-localnet',
        'ff00::\tip6-mcastprefix',
        'ff02::1\tip6-allnodes',
        'ff02::2\tip6-allrouters',
        '172.18.0.2\tweb.x.org web',
        'fd00::2\tweb.x.org web',
        '',
      ].join('\n'),
    ));

  it('has no IPv6 line without IPv6', () =>
    expect(hostsFile({ ipv6: false, lines: own })).to.equal(
      '127.0.0.1\tlocalhost\n172.18.0.2\tweb.x.org web\n',
    ));
});

describe('editing a hosts file', () => {
  const more = ownLines([ip('172.19.0.7')], { hostname: 'web' });
  const start = hostsFile({ ipv6: false, lines: own });

  it('adds lines once and takes them out again', () => {
    const added = addHostsLines(start, more);
    expect(added).to.equal(`${start}172.19.0.7\tweb\n`);
    expect(addHostsLines(added, more)).to.equal(added);
    expect(removeHostsLines(added, more)).to.equal(start);
  });

  it('leaves alone what the user wrote', () => {
    const edited = [
      '# 172.19.0.7\tweb',
      '172.19.0.7\tweb mine',
      '172.19.0.7 web',
      '172.19.0.70\tweb',
      '172.19.0.7\tprefix-web',
      'last line without end',
    ].join('\n');
    expect(removeHostsLines(edited, more)).to.equal(edited);
    expect(addHostsLines(edited, more)).to.equal(`${edited}\n172.19.0.7\tweb\n`);
  });

  it('finds its address in any notation', () =>
    expect(removeHostsLines('FD00:0:0::2\tweb.x.org web\n', own)).to.equal(''));
});
