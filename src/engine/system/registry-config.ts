import { isIP } from 'node:net';
import type { LiveFacts } from './facts.js';

/** `IndexServerAddress` of `info`: where clients log in if no other registry is named. */
export const indexServer = 'https://index.docker.io/v1/';

/** Registries of this machine are never asked for a certificate. */
const loopback = ['::1/128', '127.0.0.0/8'];

/** Docker API: `RegistryServiceConfig`. */
export function registryConfig({ insecureRegistries, registryMirrors }: LiveFacts): object {
  const isNetwork = (text: string) => isIP(text.split('/')[0] ?? '') !== 0 && text.includes('/');
  const named = insecureRegistries.filter((text) => !isNetwork(text));
  const index = (Name: string, secure: boolean) => ({
    Name,
    Mirrors: Name === 'docker.io' ? registryMirrors : [],
    Secure: secure,
    Official: Name === 'docker.io',
  });
  return {
    AllowNondistributableArtifactsCIDRs: null,
    AllowNondistributableArtifactsHostnames: null,
    InsecureRegistryCIDRs: [...loopback, ...insecureRegistries.filter(isNetwork)],
    IndexConfigs: Object.fromEntries([
      ['docker.io', index('docker.io', true)],
      ...named.map((name) => [name, index(name, false)] as const),
    ]),
    Mirrors: registryMirrors,
  };
}

/** A proxy's address without the password in it. */
export function withoutPassword(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.username === '' && url.password === '') return text;
  return text.replace(/\/\/[^@/]*@/, '//xxxxx:xxxxx@');
}
