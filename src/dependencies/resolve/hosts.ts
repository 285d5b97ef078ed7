// The hosts file: which addresses a name has without asking anybody. Format: hosts(5).
import { isIP } from 'node:net';

/** Addresses by name or alias, in lower case, in the file's order. */
export type Hosts = ReadonlyMap<string, readonly string[]>;

/** Lines whose first word is no address are passed over, as the C library does. */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address === undefined || isIP(address) === 0) continue;
    for (const name of names) {
      const key = name.toLowerCase().replace(/\.$/, '');
      const known = hosts.get(key);
      if (known === undefined) hosts.set(key, [address]);
      else if (!known.includes(address)) known.push(address);
    }
  }
  return hosts;
}

/**
 * What the hosts file says of a name; `localhost` and names below it are loopback even where the file is silent.
 * https://www.rfc-editor.org/rfc/rfc6761#section-6.3
 */
export function addressesOf(hosts: Hosts, name: string): readonly string[] {
  const key = name.toLowerCase().replace(/\.$/, '');
  const listed = hosts.get(key);
  if (listed !== undefined) return listed;
  return key === 'localhost' || key.endsWith('.localhost') ? ['127.0.0.1', '::1'] : [];
}
