import { expect } from 'chai';
import type { ExecRequest } from './contract.js';
import { execProcess } from './exec-process.js';
import type { OciProcess } from './oci.js';
import { capabilitySets } from './spec.js';

const accounts = {
  passwd: 'root:x:0:0::/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh',
  group: '',
};
const container: OciProcess = {
  terminal: false,
  user: { uid: 0, gid: 0, additionalGids: [0] },
  args: ['sleep'],
  env: ['A=1', 'HOME=/root'],
  cwd: '/work',
  capabilities: capabilitySets(['CAP_KILL'], 0),
  noNewPrivileges: true,
};
const request: ExecRequest = {
  execId: 'e',
  containerId: 'c',
  runDir: '/x',
  args: ['id'],
  env: [],
  cwd: '',
  user: '',
  tty: false,
  openStdin: false,
  privileged: false,
};
const facts = { container, accounts, capabilities: ['CAP_KILL', 'CAP_SYS_ADMIN'] };

describe('execProcess', () => {
  it("is the container's by default", () =>
    expect(execProcess(request, facts)).to.deep.equal({ ...container, args: ['id'] }));

  it("becomes another user in that user's home", () => {
    const process = execProcess({ ...request, user: 'bob', cwd: 'tmp' }, facts);
    expect(process.user.uid).to.equal(1000);
    expect(process.env).to.deep.equal(['A=1', 'HOME=/home/bob']);
    expect(process.cwd).to.equal('/tmp');
    expect(process.capabilities).to.deep.include({ effective: [], bounding: ['CAP_KILL'] });
  });

  it('keeps a HOME that was given', () => {
    const given = { ...facts, container: { ...container, env: ['HOME=/srv'] } };
    expect(execProcess({ ...request, user: 'bob' }, given).env).to.deep.equal(['HOME=/srv']);
  });

  it('has all capabilities with privileges', () => {
    const process = execProcess({ ...request, privileged: true }, facts);
    expect(process.capabilities.effective).to.deep.equal(['CAP_KILL', 'CAP_SYS_ADMIN']);
    expect(process.noNewPrivileges).to.equal(false);
  });
});
