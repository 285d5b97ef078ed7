// Says what a resolver's error means, in words; always class `dns`, with the error as the cause.
// https://nodejs.org/api/dns.html#error-codes
import { Failure } from '../../core/failure.ts';

const meanings: Record<string, string> = {
  ENOTFOUND: 'unknown name',
  ENODATA: 'the name, or what it is an alias of, has no such record',
  ENOTHING: 'the record is empty: it says that there is nothing',
  ESERVFAIL: 'the name server failed',
  EREFUSED: 'the name server refused to answer',
  ECONNREFUSED: 'no name server there (connection refused)',
  ETIMEOUT: 'the name server is silent',
  EBADNAME: 'not a host name',
};

/** @param asked name servers, when they are known */
export function dnsFailure(name: string, error: NodeJS.ErrnoException | undefined, asked: readonly string[]): Failure {
  const code = error?.code ?? 'ENOTFOUND';
  const who = asked.length === 0 ? '' : `; asked ${asked.join(', ')}`;
  return new Failure('dns', `cannot look up ${name}: ${meanings[code] ?? code}${who}`, { cause: error });
}

/** The error of a wait that we ended ourselves, as c-ares would have put it. */
export const silence = (): NodeJS.ErrnoException => Object.assign(new Error('no answer in time'), { code: 'ETIMEOUT' });

/** What c-ares reports as success without records: an alias that leads to none, or records of other types alone. */
export const withoutData = (): NodeJS.ErrnoException =>
  Object.assign(new Error('an answer without such a record'), { code: 'ENODATA' });

/** Such records alone as say that there is nothing: a TXT without text, an MX or SRV that leads to the root. */
export const saidNothing = (): NodeJS.ErrnoException =>
  Object.assign(new Error('a record that says that there is nothing'), { code: 'ENOTHING' });
