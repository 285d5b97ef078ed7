// Probes a name server through c-ares. Its silence is class `dns`, so the wait ends a little before the deadline.
import { type AnyRecord, Resolver } from 'node:dns';
import { Failure } from '../../core/failure.ts';
import { parseAddress } from '../../core/fields.ts';
import type { Attempt, Driver } from '../define.ts';
import { beforeDeadline, lookupWithin } from '../lookup.ts';
import { dnsFailure, silence } from '../resolve/dns-failure.ts';
import { createRunSession, type RunSession } from '../run-session.ts';
import type { DnsRung, DnsSettings } from './settings.ts';

export const driver: Driver<DnsSettings, DnsRung, RunSession> = {
  session: createRunSession,
  async probe(session, settings, attempt) {
    const answers = await attempt.climb('resolve', () => resolve(session, settings, attempt));
    await attempt.climb('match', async () => match(answers, settings));
  },
  classify: () => undefined,
};

async function resolve(
  session: RunSession,
  { name, record, resolver: server }: DnsSettings,
  attempt: Attempt,
): Promise<string[]> {
  const servers = server === undefined ? [] : [await serverAt(server, attempt)];
  const withinMs = beforeDeadline(attempt.remainingMs());
  const resolver = new Resolver({ timeout: Math.ceil(withinMs / 3), tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  session.hold({ destroy: () => resolver.cancel() });
  return new Promise((found, reject) => {
    const timer = setTimeout(() => {
      reject(dnsFailure(name, silence(), resolver.getServers()));
      resolver.cancel();
    }, withinMs);
    resolver.resolve(name.replace(/\.$/, ''), record, (error, records) => {
      clearTimeout(timer);
      if (error !== null) reject(dnsFailure(`${name} ${record}`, error, resolver.getServers()));
      else found((records as readonly Answer[]).map(asText));
    });
  });
}

/** c-ares wants an address; a name server given by name is looked up like any host. */
async function serverAt(server: string, attempt: Attempt): Promise<string> {
  const { host, port } = parseAddress(server) ?? { host: server, port: 53 };
  return new Promise((resolve, reject) => {
    lookupWithin(attempt.remainingMs())(host, {}, (error, address) => {
      if (error !== null) reject(error);
      else resolve(String(address).includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
    });
  });
}

/** What `resolve` gives for the record types of the settings. */
type Answer =
  | string
  | string[]
  | Pick<Extract<AnyRecord, { type: 'MX' }>, 'priority' | 'exchange'>
  | Pick<Extract<AnyRecord, { type: 'SRV' }>, 'priority' | 'weight' | 'port' | 'name'>;

/** A record as zone files write it; TXT strings are joined. */
function asText(answer: Answer): string {
  if (typeof answer === 'string') return answer;
  if (Array.isArray(answer)) return answer.join('');
  if ('exchange' in answer) return `${answer.priority} ${answer.exchange}`;
  return `${answer.priority} ${answer.weight} ${answer.port} ${answer.name}`;
}

function match(answers: readonly string[], { name, record, expect = [] }: DnsSettings): void {
  const normal = (value: string) => (record === 'TXT' ? value : value.toLowerCase().replace(/\.$/, ''));
  const known = new Set(answers.map(normal));
  const missing = expect.filter((value) => !known.has(normal(value)));
  if (missing.length === 0) return;
  throw new Failure('misconfig', `${record} of ${name} is ${answers.join(', ')}; missing ${missing.join(', ')}`);
}
