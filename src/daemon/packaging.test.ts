import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseListenAddress } from '../api/server/listen.js';
import { parseCommandLine } from './command-line.js';
import { mergeOptions } from './options.js';
import { readSettings } from './settings.js';

/** A unit's settings; of several of a name the last. */
function unit(name: string): Map<string, string> {
  const lines = readFileSync(`packaging/systemd/${name}`, 'utf8').split('\n');
  return new Map(
    lines
      .filter((line) => /^[A-Z]\w*=/.test(line))
      .map((line) => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
  );
}

describe('the units for systemd', () => {
  it('start a daemon with flags that it knows', () => {
    const [program, ...words] = unit('tsnet.service').get('ExecStart')?.split(' ') ?? [];
    expect(program).to.match(/\/tsnetd$/);
    const { given } = parseCommandLine(words);
    const settings = readSettings(mergeOptions({}, given), new Set(Object.keys(given)));
    expect(settings.listening.addresses).to.deep.equal([{ type: 'fd', which: '*' }]);
  });

  it('wait for its word, reload it, and leave containers alone', () => {
    const service = unit('tsnet.service');
    expect(service.get('Type')).to.equal('notify');
    expect(service.get('ExecReload')).to.contain('HUP');
    expect([service.get('KillMode'), service.get('Delegate')]).to.deep.equal(['process', 'yes']);
    expect(service.get('Requires')).to.equal('tsnet.socket');
  });

  it('open the socket that clients look for, for root alone', () => {
    const socket = unit('tsnet.socket');
    const path = `unix://${socket.get('ListenStream')?.replace(/^\/run/, '/var/run')}`;
    const { addresses } = readSettings(mergeOptions({}, {})).listening;
    expect(addresses).to.deep.equal([parseListenAddress(path)]);
    expect([
      socket.get('SocketMode'),
      socket.get('SocketUser'),
      socket.get('SocketGroup'),
    ]).to.deep.equal(['0660', 'root', 'root']);
  });
});
