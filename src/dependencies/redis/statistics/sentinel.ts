// What the first sentinel that answers says of itself and of the primary, and whether enough are left for a failover.
import { type Sample, samples } from '../../../core/family.ts';
import { type Collector, MissingPrivilege } from '../../statistics.ts';
import { isNotOffered, RedisReply } from '../errors.ts';
import type { RedisSettings } from '../settings.ts';
import { fieldsOf, listOf, numberOf } from './answer.ts';
import { isRefusal, quote } from './grants.ts';
import { families, plain, settingsOfMaster } from './sentinel-families.ts';
import type { Ask, RedisSource } from './source.ts';

export const sentinel: Collector<RedisSettings, RedisSource> = {
  name: 'sentinel',
  intervalMs: 60_000,
  asks: 'INFO sentinel, of the first sentinel that answers',
  families: [...plain, ...Object.values(families), ...settingsOfMaster.map(({ family }) => family)],
  privilege: 'sentinel',
  wanted: (settings) => settings.sentinel !== undefined,
  async collect(source, settings, { remainingMs }) {
    if (source.askSentinel === undefined || settings.sentinel === undefined) return [];
    const { name, username = 'default' } = settings.sentinel;
    const { found, refused } = await source.askSentinel(remainingMs(), (ask) => askAll(ask, name));
    if (refused.length === 0) return found;
    // Only what was refused: see statementFor.
    const grants = refused.map((grant) => `+${grant}`).join(' ');
    throw new MissingPrivilege('sentinel', `ACL SETUSER ${quote(username)} ${grants}`, { samples: found });
  },
};

/** `of`: the name and the address of the primary. */
type Question = {
  readonly grant: string;
  readonly command: readonly [string, ...string[]];
  read(answer: unknown, of: readonly [string, string]): readonly Sample[];
};

const questions = (name: string): readonly Question[] => [
  { grant: 'info', command: ['INFO', 'sentinel'], read: infoSamples },
  { grant: 'sentinel|master', command: ['SENTINEL', 'MASTER', name], read: masterSamples },
  { grant: 'sentinel|ckquorum', command: ['SENTINEL', 'CKQUORUM', name], read: quorumSamples },
  {
    grant: 'sentinel|replicas',
    command: ['SENTINEL', 'REPLICAS', name],
    read: (answer, of) => samples(families.goodSlaves, wellOf(answer), ...of),
  },
  {
    grant: 'sentinel|sentinels',
    command: ['SENTINEL', 'SENTINELS', name],
    read: (answer, of) => samples(families.goodSentinels, wellOf(answer) + 1, ...of), // and the one that says so
  },
];

type Found = { readonly found: readonly Sample[]; readonly refused: readonly string[] };

/** What is refused is left out, and its grant named. */
async function askAll(ask: Ask, name: string): Promise<Found> {
  const place = await ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name);
  const of = [name, Array.isArray(place) ? place.join(':') : ''] as const;
  const found: Sample[] = [];
  const refused: string[] = [];
  for (const { grant, command, read } of questions(name)) {
    try {
      found.push(...read(await orNoQuorum(ask(...command)), of));
    } catch (error) {
      if (!isNotOffered(error)) throw error;
      if (isRefusal(error)) refused.push(grant);
    }
  }
  return { found, refused };
}

/** That there are too few sentinels is an answer, which comes as an error. */
const orNoQuorum = (answer: Promise<unknown>): Promise<unknown> =>
  answer.catch((error: unknown) => {
    if (error instanceof RedisReply && error.kind === 'NOQUORUM') return error.message;
    throw error;
  });

function quorumSamples(answer: unknown, [name]: readonly [string, string]): Sample[] {
  const message = String(answer);
  return samples(families.quorum, Number(message.startsWith('OK')), name, message);
}

function infoSamples(answer: unknown, of: readonly [string, string]): Sample[] {
  const fields = fieldsOf(answer, 'INFO');
  const primary = listOf(fields, 'master', /^\d+$/).find(({ pairs }) => pairs.get('name') === of[0])?.pairs;
  const word = primary?.get('status');
  return [
    ...plain.flatMap((family) => samples(family, numberOf(fields.get(family.name.replace('redis_', ''))))),
    ...(word === undefined ? [] : samples(families.status, Number(word === 'ok'), ...of, word)),
    ...samples(families.slaves, numberOf(primary?.get('slaves')), ...of),
    ...samples(families.sentinels, numberOf(primary?.get('sentinels')), ...of),
  ];
}

function masterSamples(answer: unknown, of: readonly [string, string]): Sample[] {
  const said = namesIn(answer);
  return settingsOfMaster.flatMap(({ field, family, divisor = 1 }) => {
    const value = numberOf(said.get(field));
    return value === undefined ? [] : samples(family, value / divisor, ...of);
  });
}

/** How many are not down, as the sentinel sees it alone or all agree. */
const wellOf = (answer: unknown): number =>
  (Array.isArray(answer) ? answer : []).filter((one) => {
    const flags = namesIn(one).get('flags');
    return flags !== undefined && !/[os]_down/.test(flags);
  }).length;

/** Names and values by turns. */
function namesIn(answer: unknown): ReadonlyMap<string, string> {
  const texts = Array.isArray(answer) ? answer.map(String) : [];
  return new Map(texts.flatMap((name, at) => (at % 2 === 0 ? [[name, texts[at + 1] ?? ''] as const] : [])));
}
