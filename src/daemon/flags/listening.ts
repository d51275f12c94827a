import type { Flag } from './row.js';

/** Where the API is served, and to whom. */
export const listeningFlags = [
  {
    flag: 'host',
    short: 'H',
    key: 'hosts',
    type: 'list',
    default: [],
    help: 'Daemon socket(s) to connect to',
  },
  {
    flag: 'authorization-plugin',
    key: 'authorization-plugins',
    type: 'list',
    default: [],
    reloadable: true,
    help: 'Authorization plugins to load',
  },
  {
    flag: 'group',
    short: 'G',
    key: 'group',
    type: 'string',
    default: '',
    help: 'Group for the unix socket (default: root alone)',
  },
  {
    flag: 'tls',
    key: 'tls',
    type: 'boolean',
    default: false,
    help: 'Use TLS; implied by --tlsverify',
  },
  {
    flag: 'tlscacert',
    key: 'tlscacert',
    type: 'string',
    default: '/etc/tsnet/ca.pem',
    help: 'Trust certs signed only by this CA',
  },
  {
    flag: 'tlscert',
    key: 'tlscert',
    type: 'string',
    default: '/etc/tsnet/cert.pem',
    help: 'Path to TLS certificate file',
  },
  {
    flag: 'tlskey',
    key: 'tlskey',
    type: 'string',
    default: '/etc/tsnet/key.pem',
    help: 'Path to TLS key file',
  },
  {
    flag: 'tlsverify',
    key: 'tlsverify',
    type: 'boolean',
    default: false,
    help: 'Use TLS and verify the remote',
  },
] as const satisfies readonly Flag[];
