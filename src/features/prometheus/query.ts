// Questions to Prometheus, or what has its API: https://prometheus.io/docs/prometheus/latest/querying/api/
import { Failure } from '../../core/failure.ts';
import { type Answer, failureOfStatus, fetchAnswer, fetchKnowing } from '../../dependencies/http/fetching.ts';
import type { AskedSettings } from './settings.ts';

/** For `classify`: what the errors of a question mean. */
export const askKnowing = fetchKnowing;

/** When the question must end. */
export type Limits = { readonly signal: AbortSignal; remainingMs(): number };

/** One of a vector, with a finite value. */
export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** Of an answer, unpacked: reading four times as much at once could hold up the probes. */
const mostBytes = 512 * 1024;
/** Of an answer that says what is wrong. */
const mostErrorBytes = 64 * 1024;
/** A longer question goes by POST: what lies between may cut a URL of 8 KiB. */
const longestQuery = 4000;

/**
 * An instant query whose answer is a vector.
 * @param at the instant that is asked about; that of the server unless given
 * @throws Failure for an answer that is none, that is not whole, or that says what is wrong; else what the request throws
 */
export async function askInstant(
  settings: AskedSettings,
  limits: Limits,
  query: string,
  at?: Date,
): Promise<readonly Sample[]> {
  const data = await askApi(settings, limits, 'query', {
    query,
    ...(at !== undefined && { time: String(at.getTime() / 1000) }),
    timeout: `${Math.max(1, Math.floor(limits.remainingMs()))}ms`,
  });
  return vectorOf(data);
}

/**
 * What the API answers as `data`.
 * @param path below /api/v1/
 * @throws as `askInstant`
 */
export function askApi(
  settings: AskedSettings,
  limits: Limits,
  path: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const query = new URLSearchParams(parameters).toString();
  const below = { path: `/api/v1/${path}` };
  const asked = query.length > longestQuery ? { below, form: query } : { below: { ...below, query } };
  return fetchAnswer(settings, limits, { headers: { accept: 'application/json' }, ...asked }, dataOf);
}

async function dataOf({ status, body }: Answer): Promise<unknown> {
  const failure = failureOfStatus(status);
  if (failure !== undefined) {
    const said = failure.errorClass === 'server' ? await wordsOf(body) : undefined;
    throw said === undefined ? failure : new Failure(classOf(said.errorType), `answered ${status}: ${said.error}`);
  }
  const read = await jsonOf(body, mostBytes);
  if (!isKeyed(read)) throw new Failure('server', 'the answer is not JSON as Prometheus has it: is the URL its own?');
  if (read.status !== 'success') {
    const said = saidIn(read);
    throw new Failure(classOf(said?.errorType), `answered an error: ${said?.error ?? 'without a word'}`);
  }
  const warning = warningsIn(read)[0];
  if (warning !== undefined) throw new Failure('server', `the answer is not whole: ${warning}`);
  return read.data;
}

/** Words of Prometheus. */
type Said = { readonly errorType: string; readonly error: string };

/** What an answer with another status than 200 says is wrong; undefined where it is no answer of Prometheus. */
async function wordsOf(body: Answer['body']): Promise<Said | undefined> {
  try {
    return saidIn(await jsonOf(body, mostErrorBytes));
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

const saidIn = (read: unknown): Said | undefined =>
  isKeyed(read) && typeof read.error === 'string'
    ? { errorType: typeof read.errorType === 'string' ? read.errorType : '', error: read.error }
    : undefined;

/** https://github.com/prometheus/prometheus/blob/main/web/api/v1/api.go: a query that took too long is one of these. */
const classOf = (errorType: string | undefined) =>
  errorType === 'timeout' || errorType === 'canceled' ? 'timeout' : 'server';

/** What it says of the query itself, and not of the data, leaves the answer whole. */
const warningsIn = ({ warnings }: Keyed): readonly string[] =>
  Array.isArray(warnings)
    ? warnings.filter((one): one is string => typeof one === 'string' && !/^PromQL (?:info|warning):/.test(one))
    : [];

async function jsonOf(body: Answer['body'], most: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) throw new Failure('server', `the answer is longer than ${most} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new Failure('server', 'the answer is not JSON: is the URL that of Prometheus?'); // the parser would quote it
  }
}

function vectorOf(data: unknown): readonly Sample[] {
  if (!isKeyed(data) || data.resultType !== 'vector' || !Array.isArray(data.result))
    throw new Failure('server', 'the answer is no vector');
  return data.result.flatMap((one: unknown): Sample[] => {
    const sample = sampleOf(one);
    if (sample === undefined) throw new Failure('server', 'the answer has something that is no sample');
    return Number.isFinite(sample.value) ? [sample] : [];
  });
}

function sampleOf(one: unknown): Sample | undefined {
  if (!isKeyed(one) || !isKeyed(one.metric)) return undefined;
  const labels = Object.entries(one.metric).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  if ('histogram' in one) return { labels: Object.fromEntries(labels), value: Number.NaN };
  const [, text] = Array.isArray(one.value) ? (one.value as readonly unknown[]) : [];
  return typeof text === 'string' ? { labels: Object.fromEntries(labels), value: numberOf(text) } : undefined;
}

/** `+Inf`, `-Inf` and `NaN` are no number that is told; nor is what `Number` makes of nothing. */
const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

type Keyed = Readonly<Record<string, unknown>>;
const isKeyed = (value: unknown): value is Keyed =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
