// What one probe of each check found, for people: every phase with its time, and in words what is wrong.
import { probeOnce } from '../checks/probe-once.ts';
import type { Configuration } from '../config/load.ts';
import type { DetailedBody } from '../core/body.ts';
import { systemClock } from '../core/clock.ts';
import { createRedactor } from '../core/redact.ts';
import { counted, type Paint, plainLine } from './terminal.ts';

export type Probed = Readonly<Record<string, DetailedBody>>;

/** Probes these checks of the configuration once, side by side. */
export const probe = ({ secrets }: Configuration, checks: Configuration['checks']): Promise<Probed> =>
  probeOnce(checks, { clock: systemClock, redact: createRedactor(() => secrets) });

/** Whether there was something to prove, and all of it was. */
export const allPassed = (probed: Probed): boolean => {
  const bodies = Object.values(probed);
  return bodies.length > 0 && bodies.every(passed);
};

const passed = ({ last_run }: DetailedBody): boolean => last_run?.result === 'passed';

export function probedText(probed: Probed, paint: Paint): string {
  const bodies = Object.entries(probed);
  const blocks = bodies.map(([name, body]) => block(name, body, paint));
  const count = bodies.filter(([, body]) => passed(body)).length;
  return [...blocks, `${count} of ${counted(bodies.length, 'check')} passed\n`].join('');
}

/** `database  postgres  db:5432  failed in 3.1 ms in phase auth: auth`, and below it a line for each phase. */
function block(name: string, { type, target, last_run: run, warnings = [] }: DetailedBody, paint: Paint): string {
  if (run === null) return '';
  const colour = { passed: paint.good, failed: paint.bad, inconclusive: paint.doubtful }[run.result];
  const last = run.phases.at(-1)?.name;
  const why = run.error === undefined ? '' : `${last === undefined ? '' : ` in phase ${last}`}: ${run.error}`;
  const width = Math.max(0, ...run.phases.map((phase) => phase.name.length));
  const phases = run.phases.map(({ name: phase, ms, note, at, why: reason }) => {
    const said = [
      note === undefined ? `${ms} ms` : note,
      ...(at === undefined ? [] : [`at ${plainLine(at)}`]),
      ...(reason === undefined ? [] : [`(${plainLine(reason)})`]),
    ];
    return `  ${phase.padEnd(width)}  ${said.join(' ')}\n`;
  });
  return [
    `${paint.strong(name)}  ${type}  ${plainLine(target)}  ${colour(run.result)} in ${run.duration_ms} ms${why}\n`,
    ...phases,
    ...(run.message === undefined ? [] : [`  ${paint.faint('message:')} ${plainLine(run.message)}\n`]),
    ...(warnings.length === 0 ? [] : [`  ${paint.faint('warnings:')} ${paint.doubtful(warnings.join(' '))}\n`]),
  ].join('');
}
