// ?exclude=name, repeatable: which checks a request leaves out, and what to say of names that are none.
import type { FastifyRequest } from 'fastify';

export type Excluded = { readonly names: ReadonlySet<string>; readonly notes: readonly string[] };

const checkName = /^[a-z][a-z0-9_-]{0,62}$/;

/** More names than these in one request are a mistake or an attack. */
const mostNames = 100;

/** undefined when the request excludes nothing, which is nearly always. */
export function excludedOf(request: FastifyRequest, board: { get(name: string): unknown }): Excluded | undefined {
  if (!request.url.includes('exclude')) return undefined;
  const value = (request.query as Record<string, string | string[] | undefined>).exclude;
  if (value === undefined) return undefined;
  const names = new Set([value].flat().slice(0, mostNames));
  const unknown = [...names].filter((name) => board.get(name) === undefined);
  return { names, notes: unknown.map(note) };
}

/** Only what could be a check's name is repeated to the asker. */
const note = (name: string): string =>
  checkName.test(name) ? `cannot exclude ${name}: no check has this name` : 'cannot exclude: not a check name';
