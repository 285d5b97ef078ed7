// Says what a resolver's error means, in words; always class `dns`, with the error as the cause.
// https://nodejs.org/api/dns.html#error-codes
import { Failure } from '../../core/failure.ts';

const meanings: Record<string, string> = {
  ENOTFOUND: 'unknown name',
  ENODATA: 'the name has no such record',
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
