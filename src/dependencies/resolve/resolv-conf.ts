// resolv.conf(5): which name servers to ask, and which full names a short one may stand for.
import { isIP } from 'node:net';
import { bracketed, hostPort } from '../../core/endpoint.ts';

export type ResolvConf = {
  /** As `dns.Resolver.setServers` takes them. */
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  /** A name with fewer dots is tried with the search list first. Kubernetes sets 5. */
  readonly ndots: number;
  /** Milliseconds for the first try at one server. */
  readonly timeoutMs: number;
  readonly attempts: number;
};

/** What the C library does without the file: https://man7.org/linux/man-pages/man5/resolv.conf.5.html */
const absent: ResolvConf = { nameservers: ['127.0.0.1'], search: [], ndots: 1, timeoutMs: 5000, attempts: 2 };
const most = { nameservers: 3, ndots: 15, timeoutMs: 30_000, attempts: 5 };

/** Unknown words are passed over, as the C library does. The last of `search` and `domain` counts. */
export function parseResolvConf(text: string): ResolvConf {
  const nameservers: string[] = [];
  const read = { ...absent };
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'nameserver') nameservers.push(...serverOf(words[0] ?? ''));
    if (keyword === 'search') read.search = words.map(withoutDot).filter((domain) => domain !== '');
    if (keyword === 'domain') read.search = words.slice(0, 1).map(withoutDot);
    if (keyword === 'options') for (const option of words) readOption(read, option);
  }
  return { ...read, nameservers: nameservers.length > 0 ? nameservers.slice(0, most.nameservers) : absent.nameservers };
}

/** The full names to ask for, in order; a trailing dot means that the name is full already. */
export function candidates(name: string, { search, ndots }: ResolvConf): readonly string[] {
  if (name.endsWith('.')) return [withoutDot(name)];
  const searched = search.map((domain) => `${name}.${domain}`);
  return name.split('.').length - 1 >= ndots ? [name, ...searched] : [...searched, name];
}

const withoutDot = (name: string): string => name.replace(/\.$/, '');

/** An address, or `[address]:port` as BSD has it (https://man.openbsd.org/resolv.conf.5). */
function serverOf(word: string): string[] {
  const family = isIP(word);
  if (family !== 0) return [bracketed(word)];
  const match = /^\[([^\]]+)\]:(\d{1,5})$/.exec(word);
  const [, address = '', port = ''] = match ?? [];
  if (isIP(address) === 0) return [];
  return [hostPort({ host: address, port })];
}

function readOption(into: { -readonly [K in keyof ResolvConf]: ResolvConf[K] }, option: string): void {
  const [, name, digits] = /^(ndots|timeout|attempts):(\d+)$/.exec(option) ?? [];
  const value = Number(digits);
  if (name === 'ndots') into.ndots = Math.min(value, most.ndots);
  if (name === 'timeout' && value > 0) into.timeoutMs = Math.min(value * 1000, most.timeoutMs);
  if (name === 'attempts' && value > 0) into.attempts = Math.min(value, most.attempts);
}
