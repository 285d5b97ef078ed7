// Probes a name server through c-ares. Its silence is class `dns`, so the wait ends a little before the deadline.
import { Resolver } from 'node:dns';
import { hostPort, parseAddress } from '../../core/endpoint.ts';
import { Failure } from '../../core/failure.ts';
import type { Attempt, Driver } from '../define.ts';
import { beforeDeadline } from '../endpoints/deadline.ts';
import { lookupWithin } from '../lookup.ts';
import { dnsFailure, saidNothing, silence, withoutData } from '../resolve/dns-failure.ts';
import { createRunSession, type RunSession } from '../run-session.ts';
import { asText, normalise, type ResolvedRecord, saysNothing } from './records.ts';
import type { DnsPhase, DnsSettings } from './settings.ts';

export const driver: Driver<DnsSettings, DnsPhase, RunSession> = {
  session: createRunSession,
  async probe(session, settings, attempt) {
    const answers = await attempt.phase('resolve', () => resolve(session, settings, attempt));
    await attempt.phase('match', async () => match(answers, settings));
  },
  classify: () => undefined,
};

async function resolve(
  session: RunSession,
  settings: DnsSettings,
  attempt: Attempt,
): Promise<readonly ResolvedRecord[]> {
  const { name, record, resolver: server } = settings;
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
      const answers = error === null ? given(records as readonly ResolvedRecord[], settings) : [];
      const why = error ?? wanting(answers, settings);
      if (why === undefined) found(answers);
      else reject(dnsFailure(`${name} ${record}`, why, resolver.getServers()));
    });
  });
}

/** c-ares wants an address; a name server given by name is looked up like any host. */
async function serverAt(server: string, attempt: Attempt): Promise<string> {
  const { host, port } = parseAddress(server) ?? { host: server, port: 53 };
  return new Promise((resolve, reject) => {
    lookupWithin(attempt.remainingMs())(host, {}, (error, address) => {
      if (error !== null) reject(error);
      else resolve(hostPort({ host: String(address), port }));
    });
  });
}

/** Why the answers are none; whoever expects a record that says "nothing" may have it. */
function wanting(answers: readonly ResolvedRecord[], { expect }: DnsSettings): NodeJS.ErrnoException | undefined {
  if (answers.length === 0) return withoutData();
  return expect === undefined && answers.every(saysNothing) ? saidNothing() : undefined;
}

/** An alias of itself is no answer: c-ares names the owner where the answer to CNAME holds other records alone. */
function given(records: readonly ResolvedRecord[], { name, record }: DnsSettings): readonly ResolvedRecord[] {
  if (record !== 'CNAME') return records;
  const own = normalise(record, name);
  return records.filter((answer) => typeof answer !== 'string' || normalise(record, answer) !== own);
}

function match(answers: readonly ResolvedRecord[], { name, record, expect = [] }: DnsSettings): void {
  const texts = answers.map(asText);
  const known = new Set(texts.map((text) => normalise(record, text) ?? text));
  const missing = expect.filter((value) => !known.has(normalise(record, value) ?? value));
  if (missing.length === 0) return;
  throw new Failure('misconfig', `${record} of ${name} is ${texts.join(', ')}; missing ${missing.join(', ')}`);
}
