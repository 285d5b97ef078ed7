// What the readers of statistics tell: metrics and log, each said when it changes and not before.

import type { Instant } from '../core/clock.ts';
import type { CollectorRun, StatisticsMetrics } from '../core/collecting.ts';
import type { Log, LogFields } from '../core/log.ts';
import type { Fault, Lack } from './collect.ts';

export interface Teller {
  /** @returns the other collectors that lacked what it lacked too, and has now: they are worth a try. */
  collected(
    collector: { readonly name: string; readonly privilege?: string },
    begin: Instant,
    end: Instant,
    found: { readonly cut: number; readonly asked: boolean; readonly lacks?: Lack },
  ): readonly string[];
  failed(collector: string, begin: Instant, end: Instant, fault: Fault): void;
  /** A connection could not be had, or broke, before these collectors were run that were due. */
  unreachable(fault: Fault, due: readonly string[]): void;
  /** There is a connection again: what was read before and is not due is as good as it was. */
  reachable(): void;
  /** Nothing is read here any more. */
  forget(): void;
}

export type TellerOptions = {
  readonly check: string;
  readonly log: Log;
  readonly metrics: StatisticsMetrics;
  readonly wall: () => Date;
};

export function createTeller({ check, log, metrics, wall }: TellerOptions): Teller {
  /** What was said last of each collector: its class and message when it failed. */
  const said = new Map<string, string>();
  /** Which collector lacks what: a privilege is said to be granted once none lacks it. */
  const lacking = new Map<string, Lack>();
  /** Whether its last run read all, of each that was run. */
  const good = new Map<string, boolean>();
  const labels = { 'labels.check': check, 'event.kind': 'event' } satisfies LogFields;

  const sayOnce = (what: string, { errorClass, message }: Fault, text: string): void => {
    if (said.get(what) === errorClass) return;
    said.set(what, errorClass);
    const fields = { ...labels, 'event.action': 'statistics', 'event.outcome': 'failure' } satisfies LogFields;
    log.warn({ ...fields, 'error.type': errorClass, 'error.message': message }, text);
  };
  const sayBack = (what: string, text: string): void => {
    if (!said.delete(what)) return;
    log.info({ ...labels, 'event.action': 'statistics', 'event.outcome': 'success' }, text);
  };
  const isLacking = (privilege: string): boolean => [...lacking.values()].some((one) => one.privilege === privilege);
  const lack = (collector: string, found: Lack): void => {
    const { privilege, statement } = found;
    if ((lacking.get(collector)?.privilege ?? privilege) !== privilege) grant(collector, undefined); // it came further
    const known = [...lacking.values()].some((one) => one.statement === statement);
    lacking.set(collector, found);
    metrics.privilege(check, collector, privilege, false);
    if (known) return;
    log.warn(
      { ...labels, 'event.action': 'statistics-privilege', 'labels.privilege': privilege },
      `${check}: the privilege ${privilege} is not granted, and what needs it is absent. To grant it: ${statement}`,
    );
  };
  /** @returns the privilege that it lacked until now. */
  const grant = (collector: string, needed: string | undefined): string | undefined => {
    const lacked = lacking.get(collector)?.privilege;
    lacking.delete(collector);
    for (const privilege of new Set([lacked, needed])) {
      if (privilege !== undefined) metrics.privilege(check, collector, privilege, true);
    }
    if (lacked === undefined || isLacking(lacked)) return lacked;
    log.info(
      { ...labels, 'event.action': 'statistics-privilege', 'labels.privilege': lacked },
      `${check}: the privilege ${lacked} is granted now`,
    );
    return lacked;
  };
  return {
    collected({ name, privilege }, begin, end, { cut, asked, lacks }) {
      const run: CollectorRun = { ok: lacks === undefined, durationMs: end - begin, cut, time: wall() };
      good.set(name, run.ok);
      metrics.ran(check, name, lacks === undefined ? run : { ...run, errorClass: 'permission' });
      sayBack('connection', `${check}: its statistics are read again`);
      sayBack(name, `${check}: the collector ${name} works again`);
      if (lacks !== undefined) {
        lack(name, lacks);
        return [];
      }
      const got = grant(name, asked ? privilege : undefined);
      return [...lacking].filter(([, one]) => one.privilege === got).map(([collector]) => collector);
    },
    failed(collector, begin, end, fault) {
      const { errorClass } = fault;
      good.set(collector, false);
      metrics.ran(check, collector, { ok: false, durationMs: end - begin, errorClass, cut: 0, time: wall() });
      // Whoever gets an answer that is wrong in another way was let in.
      if (errorClass === 'server' || errorClass === 'misconfig') grant(collector, undefined);
      sayOnce(collector, fault, `${check}: the collector ${collector} failed (${errorClass})`);
    },
    unreachable(fault, due) {
      const run: CollectorRun = { ok: false, durationMs: 0, errorClass: fault.errorClass, cut: 0, time: wall() };
      for (const collector of due) {
        good.set(collector, false);
        metrics.ran(check, collector, run);
      }
      for (const [collector, isGood] of good) if (isGood) metrics.up(check, collector, false);
      sayOnce('connection', fault, `${check}: its statistics cannot be read (${fault.errorClass})`);
    },
    reachable() {
      for (const [collector, isGood] of good) if (isGood) metrics.up(check, collector, true);
    },
    forget() {
      good.clear();
      metrics.forget(check);
    },
  };
}
