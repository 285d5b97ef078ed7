// Judges an HTTP answer: its status, and as much of its body as is read.
import { type DependencyClass, Failure } from '../../core/failure.ts';
import { matches } from '../matching.ts';
import { type Body, mostBytes } from './body.ts';
import { parseJsonPath, valueAt } from './json-path.ts';
import type { HttpSettings } from './settings.ts';

const classOfStatus: Record<number, DependencyClass> = {
  401: 'auth',
  407: 'auth',
  403: 'permission',
  429: 'throttled',
};

/** @throws Failure when the status is in none of the ranges. */
export function judgeStatus(status: number, expected: HttpSettings['expected_status']): void {
  const failure = failureOfStatus(status, expected);
  if (failure !== undefined) throw failure;
}

/** @returns undefined when the status is in one of the ranges. */
export function failureOfStatus(status: number, expected: HttpSettings['expected_status']): Failure | undefined {
  if (expected.some(([from, to]) => status >= from && status <= to)) return undefined;
  const wanted = expected.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(', ');
  return new Failure(classOfStatus[status] ?? 'server', `answered ${status}, not ${wanted}`);
}

/** @throws Failure `server` */
export function judgeBody(body: Body, { body_matches, json }: HttpSettings): void {
  if (body_matches !== undefined && !matches(body_matches, body.text)) {
    throw new Failure('server', `the body does not match ${body_matches}`);
  }
  if (json !== undefined) judgeJson(body, json);
}

function judgeJson({ text, complete }: Body, { path, equals }: NonNullable<HttpSettings['json']>): void {
  if (!complete) throw new Failure('server', `the body is longer than ${mostBytes} bytes: too long for json`);
  const value = valueAt(parse(text), parseJsonPath(path) ?? []);
  if (value === undefined) throw new Failure('server', `the body has nothing at ${path}`);
  const good = equals === undefined ? value !== null && value !== false : value === equals;
  if (!good)
    throw new Failure(
      'server',
      `the body has ${brief(value)} at ${path}${equals === undefined ? '' : `, not ${brief(equals)}`}`,
    );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure('server', 'the body is not JSON'); // the parser's message would quote the body
  }
}

/** What is no scalar is only named, and so is a long text: half a secret would not be known as one. */
function brief(value: unknown): string {
  if (value !== null && typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `a string of ${text.length} characters` : text;
}
