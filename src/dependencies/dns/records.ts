// Records as text that can be compared: whatever means the same record becomes the same text.
import type { AnyRecord } from 'node:dns';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

export const recordTypes = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'SRV', 'TXT'] as const;
export type RecordType = (typeof recordTypes)[number];

/** What `resolve` gives for the record types of the settings. */
export type ResolvedRecord =
  | string
  | string[]
  | Pick<Extract<AnyRecord, { type: 'MX' }>, 'priority' | 'exchange'>
  | Pick<Extract<AnyRecord, { type: 'SRV' }>, 'priority' | 'weight' | 'port' | 'name'>;

/** A record as zone files write it; TXT strings are joined. */
export function asText(answer: ResolvedRecord): string {
  if (typeof answer === 'string') return answer;
  if (Array.isArray(answer)) return decode(answer.join(''));
  if ('exchange' in answer) return `${answer.priority} ${answer.exchange || '.'}`;
  return `${answer.priority} ${answer.weight} ${answer.port} ${answer.name || '.'}`;
}

/**
 * Whether a record says that there is nothing: a TXT without text, and the MX and SRV that lead to the root.
 * https://www.rfc-editor.org/rfc/rfc7505 and https://www.rfc-editor.org/rfc/rfc2782
 */
export const saysNothing = (answer: ResolvedRecord): boolean =>
  typeof answer !== 'string' &&
  (Array.isArray(answer) ? answer.join('') === '' : 'exchange' in answer ? answer.exchange === '' : answer.name === '');

/** Node gives each byte of a TXT as one character; a string that is no UTF-8 stays so. */
function decode(bytes: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return bytes;
  }
}

type Form = { readonly wanted: string; normalise(text: string): string | undefined };

const forms: Readonly<Record<RecordType, Form>> = {
  A: {
    wanted: 'an IPv4 address, such as 192.0.2.1',
    normalise: (text) => (isIPv4(text) ? text : undefined),
  },
  AAAA: {
    wanted: 'an IPv6 address, such as 2001:db8::1',
    normalise: (text) => (isIPv6(text) && !text.includes('%') ? new URL(`http://[${text}]`).hostname : undefined),
  },
  CNAME: { wanted: 'a name, such as shop.example.com', normalise: plainName },
  MX: { wanted: 'a priority and a name, such as 10 mail.example.com', normalise: (text) => numbersAndName(text, 1) },
  NS: { wanted: 'a name, such as ns1.example.com', normalise: plainName },
  SRV: {
    wanted: 'priority, weight, port and a name, such as 1 2 5432 db.example.com',
    normalise: (text) => numbersAndName(text, 3),
  },
  TXT: { wanted: 'a string', normalise: (text) => text },
};

/** @returns undefined for what can never be a record of the type. */
export const normalise = (record: RecordType, text: string): string | undefined =>
  forms[record].normalise(record === 'TXT' ? text : text.trim());

/** What a record of the type looks like, for people. */
export const formOf = (record: RecordType): string => forms[record].wanted;

/** An address is no name, though a zone could hold it as one. */
function plainName(text: string): string | undefined {
  const ascii = /^[!-~]+$/.test(text) ? text : domainToASCII(text);
  if (ascii === '' || /[\s/:@]/.test(ascii) || isIP(ascii) !== 0) return undefined;
  const name = ascii.toLowerCase().replace(/\.$/, '');
  return /^\.|\.\.|\.$/.test(name) || name.length > 253 ? undefined : name;
}

function numbersAndName(text: string, count: number): string | undefined {
  const words = text.split(/\s+/);
  const name = plainName(words.at(-1) ?? '');
  const numbers = words.slice(0, -1);
  if (name === undefined || numbers.length !== count) return undefined;
  if (!numbers.every((number) => /^\d+$/.test(number) && Number(number) <= 65_535)) return undefined;
  return [...numbers.map(Number), name].join(' ');
}
