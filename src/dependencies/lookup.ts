// Finds the addresses of a host as the C library does (hosts file, resolv.conf with search and ndots), for every client.
// `dns.lookup` would let two hung names delay all others: it has half of libuv's four threads at most.
// https://nodejs.org/api/dns.html#implementation-considerations
import { ADDRCONFIG, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Failure } from '../core/failure.ts';
import { beforeDeadline } from './endpoints/deadline.ts';
import { dnsFailure, silence } from './resolve/dns-failure.ts';
import { freshFile } from './resolve/fresh-file.ts';
import { addressesOf, parseHosts } from './resolve/hosts.ts';
import { createQuestioner, type Family, type Found, type Questioner } from './resolve/question.ts';
import { candidates, parseResolvConf, type ResolvConf } from './resolve/resolv-conf.ts';

export type LookupSources = { readonly hostsFile?: string; readonly resolvConf?: string };

/** Shorter than the default timeout of a check, so that a silent name server is reported as `dns`. */
const defaultWithinMs = 1500;
/** How long addresses of the other family are awaited once IPv4 is known: https://www.rfc-editor.org/rfc/rfc8305#section-3 */
const graceMs = 50;

/**
 * A lookup with files of one's own.
 * @returns what node:net, node:tls, http.Agent and clients built on them take as `lookup`. It calls back with a Failure
 * of class `dns`, the resolver's error as its cause, at most `withinMs` later.
 */
export function createLookup(sources: LookupSources = {}, withinMs = defaultWithinMs): LookupFunction {
  return bound(readersOf(sources), withinMs);
}

const system = readersOf({});

/** The lookup of every client. */
export const lookup: LookupFunction = bound(system, defaultWithinMs);

/** The same for one run that knows its deadline: gives up a little before, so that the run fails as `dns`. */
export const lookupWithin = (remainingMs: number): LookupFunction => bound(system, beforeDeadline(remainingMs));

type Readers = ReturnType<typeof readersOf>;
function readersOf({ hostsFile = '/etc/hosts', resolvConf = '/etc/resolv.conf' }: LookupSources) {
  return { hosts: freshFile(hostsFile, parseHosts), conf: freshFile(resolvConf, parseResolvConf) };
}

function bound(readers: Readers, withinMs: number): LookupFunction {
  return (hostname, options, callback) => {
    // Called back outside the promise: what a caller throws is the caller's, not a rejection of ours.
    find(readers, hostname, options, withinMs).then(
      (found) => process.nextTick(answer, found, options, callback),
      (error) => process.nextTick(callback, error, options.all === true ? [] : ''),
    );
  };
}

function answer(found: readonly string[], options: LookupOptions, callback: Parameters<LookupFunction>[2]): void {
  const addresses: LookupAddress[] = found.map((address) => ({ address, family: isIP(address) }));
  const [first] = addresses;
  if (options.all === true) callback(null, addresses);
  else callback(null, first?.address ?? '', first?.family);
}

/** Never empty. @throws Failure `dns` */
async function find(
  readers: Readers,
  hostname: string,
  options: LookupOptions,
  withinMs: number,
): Promise<readonly string[]> {
  const wanted = wantedFamilies(options);
  const isWanted = (address: string) => wanted.some((family) => family === isIP(address));
  if (isIP(hostname) !== 0) {
    if (isWanted(hostname)) return [hostname];
    throw new Failure('dns', `cannot look up ${hostname}: it is not an IPv${wanted[0]} address`);
  }
  const listed = addressesOf(readers.hosts(), hostname).filter(isWanted);
  if (listed.length > 0) return listed.toSorted((a, b) => isIP(a) - isIP(b));
  if (hostname === '' || hostname === '.') throw new Failure('dns', 'cannot look up a name that is empty');
  return askServers(readers.conf(), hostname, configuredFamilies(wanted, options), withinMs);
}

async function askServers(
  conf: ResolvConf,
  hostname: string,
  families: readonly Family[],
  withinMs: number,
): Promise<readonly string[]> {
  const questioner = createQuestioner(conf, withinMs);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    questioner.cancel();
  }, withinMs);
  try {
    let failed: NodeJS.ErrnoException | undefined;
    for (const name of candidates(hostname, conf)) {
      const { addresses, error } = await bothFamilies(questioner, name, families);
      if (addresses.length > 0) return addresses;
      // As glibc: a server that failed at one name may know the next; silence and refusal would only repeat themselves.
      if (failed?.code !== 'ESERVFAIL') failed = error;
      if (!['ENOTFOUND', 'ENODATA', 'ESERVFAIL'].includes(error?.code ?? '')) break;
    }
    throw dnsFailure(hostname, late ? silence() : failed, conf.nameservers);
  } finally {
    clearTimeout(timer);
    questioner.cancel();
  }
}

/** IPv4 first. IPv6 alone when IPv4 has none; nobody waits long for IPv6 when there is IPv4. */
async function bothFamilies(questioner: Questioner, name: string, families: readonly Family[]): Promise<Found> {
  const asked = families.map((family) => questioner.ask(name, family));
  const first = (await asked[0]) ?? { addresses: [] };
  const other = asked[1];
  if (other === undefined) return first;
  if (first.addresses.length === 0) {
    const second = await other;
    return second.addresses.length > 0 || isUnknown(first) ? second : first;
  }
  const second = await Promise.race([other, grace()]);
  return { addresses: [...first.addresses, ...second.addresses] };
}

const isUnknown = ({ error }: Found): boolean => error?.code === 'ENOTFOUND' || error?.code === 'ENODATA';

const grace = (): Promise<Found> => new Promise((resolve) => setTimeout(resolve, graceMs, { addresses: [] }));

function wantedFamilies({ family }: LookupOptions): readonly Family[] {
  if (family === 4 || family === 'IPv4') return [4];
  if (family === 6 || family === 'IPv6') return [6];
  return [4, 6];
}

/**
 * With ADDRCONFIG, which node:net sets, a family without an address of this machine is not asked for: Node gives each
 * address 250 ms when there are several, so an unreachable IPv6 one would fail a slow IPv4 one.
 */
function configuredFamilies(wanted: readonly Family[], { hints = 0 }: LookupOptions): readonly Family[] {
  if ((hints & ADDRCONFIG) === 0 || wanted.length < 2) return wanted;
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !address.toLowerCase().startsWith('fe80:'));
  const configured = wanted.filter((family) => own.some((address) => address.family === `IPv${family}`));
  return configured.length > 0 ? configured : wanted;
}
