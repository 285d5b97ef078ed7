// target_session_attrs: whether a server that let us in is one of those wanted, as libpq decides it.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
import type { SessionAttrs } from './parameters.ts';

/** A server that let us in and is not the one wanted: the next one may be. */
export class Misfit extends Error {}

/** What the server reported when it let us in. */
export type Reported = ReadonlyMap<string, string>;

/** Runs a query; the only column of its only row. */
type Ask = (sql: string) => Promise<unknown>;

/**
 * Servers since 14 report their state at the log-in; others, and poolers, are asked.
 * @throws Misfit
 */
export async function checkAttrs(wanted: SessionAttrs, reported: Reported, ask: Ask): Promise<void> {
  if (wanted === 'any') return;
  if (wanted === 'read-write' || wanted === 'read-only') {
    const readOnly = await isReadOnly(reported, ask);
    if (readOnly === (wanted === 'read-only')) return;
    throw new Misfit(`the session is ${readOnly ? '' : 'not '}read-only, and target_session_attrs is ${wanted}`);
  }
  const standby = await isStandby(reported, ask);
  if (standby === (wanted !== 'primary')) return;
  throw new Misfit(`the server is a ${standby ? 'standby' : 'primary'}, and target_session_attrs is ${wanted}`);
}

async function isReadOnly(reported: Reported, ask: Ask): Promise<boolean> {
  const standby = reported.get('in_hot_standby');
  const byDefault = reported.get('default_transaction_read_only');
  if (standby === undefined || byDefault === undefined) return (await ask('SHOW transaction_read_only')) === 'on';
  return standby === 'on' || byDefault === 'on';
}

async function isStandby(reported: Reported, ask: Ask): Promise<boolean> {
  const standby = reported.get('in_hot_standby');
  return standby === undefined ? (await ask('SELECT pg_catalog.pg_is_in_recovery()')) === true : standby === 'on';
}
