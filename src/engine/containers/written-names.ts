import type { ContainerCreate } from '../../api/types/container.js';
import { InvalidParameter } from '../../base/errors.js';

/** What of a request is written into files of lines: `/etc/hosts`, `/etc/hostname`, `/etc/resolv.conf`. */
export type WrittenNames = Pick<ContainerCreate, 'Hostname' | 'Domainname'> & {
  readonly host: Pick<
    ContainerCreate['HostConfig'] & object,
    'Dns' | 'DnsSearch' | 'DnsOptions' | 'ExtraHosts' | 'Links'
  >;
};

/**
 * Refuses text that would be more than one word of one line. A container's hostname gets into the `/etc/hosts` of
 * those that are linked to it: there it must not bring an address along. @throws InvalidParameter
 */
export function checkWrittenNames({ Hostname, Domainname, host }: WrittenNames): void {
  const texts: readonly (readonly [what: string, texts: readonly string[]])[] = [
    ['hostname', [Hostname]],
    ['domainname', [Domainname]],
    ['DNS server', host.Dns],
    ['DNS search domain', host.DnsSearch],
    ['DNS option', host.DnsOptions],
    ['extra host', host.ExtraHosts],
    ['link', host.Links],
  ];
  for (const [what, values] of texts) {
    const wrong = values.find((value) => /[\s\p{Cc}]/u.test(value));
    if (wrong === undefined) continue;
    throw new InvalidParameter(
      `invalid ${what} ${JSON.stringify(wrong)}: white space and control characters can't be in it`,
    );
  }
}
