// The shop's log-in: a password, a session cookie, and an account that is locked after five wrong passwords.
import { randomBytes } from 'node:crypto';
import { type Answer, json, type Question, read } from './answer.ts';
import type { Recorder } from './recorder.ts';

const mostTries = 5;
const cookieName = 'session';
const attributes = 'HttpOnly; Secure; SameSite=Lax; Path=/';

export type LoginOptions = {
  readonly users: Readonly<Record<string, string>>;
  readonly lockoutMs: number;
  readonly record: Recorder['record'];
};

export function createLogin({ users, lockoutMs, record }: LoginOptions) {
  const sessions = new Map<string, string>();
  const failed = new Map<string, { tries: number; until: number }>();
  const refuse = (reason: string, answer: Answer): Answer => {
    record('auth_attempts_total', { status: 'error' });
    record('auth_failures_total', { reason });
    return answer;
  };
  const told = (): void => record('auth_sessions_active', {}, sessions.size);

  function logIn(question: Question): Answer {
    const given = credentials(question);
    if (given === undefined) return json(415, { error: 'user and password are wanted, as a form or as JSON' });
    const { user, password, isForm } = given;
    const before = failed.get(user) ?? { tries: 0, until: 0 };
    const waitMs = before.until - Date.now();
    if (waitMs > 0) {
      const headers = { 'retry-after': String(Math.ceil(waitMs / 1000)) };
      return refuse('locked', json(429, { error: 'too many wrong passwords' }, headers));
    }
    if (!Object.hasOwn(users, user) || users[user] !== password) {
      const tries = before.tries + 1;
      const isLast = tries >= mostTries;
      failed.set(user, isLast ? { tries: 0, until: Date.now() + lockoutMs } : { tries, until: 0 });
      if (isLast) record('auth_lockouts_total');
      return refuse('bad_credentials', json(401, { error: 'user or password is wrong' }));
    }
    failed.delete(user);
    const id = randomBytes(16).toString('hex');
    sessions.set(id, user);
    record('auth_attempts_total', { status: 'success' });
    told();
    const headers = { 'set-cookie': `${cookieName}=${id}; ${attributes}; Max-Age=3600`, 'cache-control': 'no-store' };
    return isForm ? { code: 303, headers: { ...headers, location: '/' } } : json(200, { user }, headers);
  }

  return {
    logIn,
    logOut(question: Question): Answer {
      sessions.delete(sessionOf(question));
      told();
      return { code: 204, headers: { 'set-cookie': `${cookieName}=; ${attributes}; Max-Age=0` } };
    },
    /** Who asks, by the cookie. */
    userOf: (question: Question): string | undefined => sessions.get(sessionOf(question)),
  };
}

const sessionOf = ({ headers }: Question): string =>
  (headers.cookie ?? '')
    .split(/; */)
    .find((one) => one.startsWith(`${cookieName}=`))
    ?.slice(cookieName.length + 1) ?? '';

function credentials({ headers, body }: Question): { user: string; password: string; isForm: boolean } | undefined {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim();
  const isForm = type === 'application/x-www-form-urlencoded';
  if (!isForm && type !== 'application/json') return undefined;
  const given = isForm ? Object.fromEntries(new URLSearchParams(body)) : read(body);
  const { user, password } = { ...(given as { user?: unknown; password?: unknown } | null | undefined) };
  return typeof user === 'string' && typeof password === 'string' ? { user, password, isForm } : undefined;
}
