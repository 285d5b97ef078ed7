// Asks name servers for the addresses of a full name, through c-ares: no libuv thread, no waiting for other lookups.
import { Resolver } from 'node:dns';
import { withoutData } from './dns-failure.ts';
import type { ResolvConf } from './resolv-conf.ts';

export type Family = 4 | 6;
export type Found = { readonly addresses: readonly string[]; readonly error?: NodeJS.ErrnoException };

export interface Questioner {
  /** Never rejects. Asks the next server when one cannot serve the question. */
  ask(name: string, family: Family): Promise<Found>;
  /** Ends all questions at once; they find `ECANCELLED`. */
  cancel(): void;
}

/** Node gives c-ares no leave to ask the next server after these answers (ARES_FLAG_NOCHECKRESP), so it is done here. */
const cannotServe = new Set(['ESERVFAIL', 'EREFUSED', 'ENOTIMP', 'EFORMERR']);
const leastTryMs = 250;

/** @param withinMs how long the whole lookup may take: tries are short enough that a lost packet is sent again in it. */
export function createQuestioner(conf: ResolvConf, withinMs: number): Questioner {
  const tryMs = Math.max(leastTryMs, Math.floor(withinMs / 3 / conf.nameservers.length));
  const resolvers: Resolver[] = [];
  let cancelled = false;

  /** The resolver that asks the servers from this one on. */
  const resolverFrom = (index: number): Resolver => {
    const made = resolvers[index];
    if (made !== undefined) return made;
    const resolver = new Resolver({ timeout: Math.min(conf.timeoutMs, tryMs), tries: conf.attempts });
    resolver.setServers(conf.nameservers.slice(index));
    resolvers[index] = resolver;
    return resolver;
  };

  async function ask(name: string, family: Family, index = 0): Promise<Found> {
    if (cancelled) return { addresses: [], error: Object.assign(new Error('cancelled'), { code: 'ECANCELLED' }) };
    const found = await query(resolverFrom(index), name, family);
    const next = index + 1;
    return cannotServe.has(found.error?.code ?? '') && next < conf.nameservers.length ? ask(name, family, next) : found;
  }

  return {
    ask: (name, family) => ask(name, family),
    cancel() {
      cancelled = true;
      for (const resolver of resolvers) resolver.cancel();
    },
  };
}

function query(resolver: Resolver, name: string, family: Family): Promise<Found> {
  return new Promise((resolve) => {
    const answered = (error: NodeJS.ErrnoException | null, addresses: readonly string[]) =>
      resolve(
        error === null && addresses.length > 0 ? { addresses } : { addresses: [], error: error ?? withoutData() },
      );
    if (family === 4) resolver.resolve4(name, answered);
    else resolver.resolve6(name, answered);
  });
}
