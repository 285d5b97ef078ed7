// The health endpoints: which view each path answers. They read the board and nothing else.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock, Instant } from '../core/clock.ts';
import {
  type HealthReport,
  latestSchedulerMs,
  type ReportedCheck,
  report,
  reportOne,
  reportOwn,
  type View,
} from '../core/report.ts';
import { chooseFormat, type Format } from './accept.ts';
import { type Answer, keepAnswers, sendAnswer, sendError } from './answer.ts';
import { excludedOf } from './exclude.ts';
import { writers } from './formats.ts';
import { notesOn } from './notes.ts';

export type HealthBoard<Check extends ReportedCheck = ReportedCheck> = {
  /** Goes up with every change. */
  readonly version: number;
  entries(): readonly Check[];
  get(name: string): Check | undefined;
};

export type HealthOptions = {
  readonly board: HealthBoard;
  readonly clock: Clock;
  readonly version: string;
  readonly drain: { readonly draining: boolean };
  /** Whether the checks of the configuration are not in force yet: nothing is known, so nothing is healthy. */
  readonly starting?: () => boolean;
  /** How late the most overdue job is now. */
  readonly latenessMs: () => number;
  /** What everybody who asks should know of the daemon itself. */
  readonly notes?: () => readonly string[];
};

const paths: Record<View, string> = {
  health: '/health',
  ready: '/health/ready',
  app: '/health/live/app',
  startup: '/health/startup',
};

export function healthRoutes(app: FastifyInstance, options: HealthOptions): void {
  for (const [view, path] of Object.entries(paths) as [View, string][]) viewRoute(app, path, view, options);
  liveRoute(app, options);
  checkRoute(app, options);
}

/** The rendered answer of a report. */
function render(
  result: HealthReport,
  format: Format,
  { clock, version }: HealthOptions,
  notes: readonly string[],
): Answer {
  const writer = writers[format];
  const body = writer.write(result, { version, time: clock.wall(), notes });
  return { code: result.ok ? 200 : 503, contentType: writer.contentType, body, until: result.until };
}

function viewRoute(app: FastifyInstance, path: string, view: View, options: HealthOptions): void {
  const { board, clock, drain, starting = () => false } = options;
  const over = (checks: readonly ReportedCheck[], format: Format, now: Instant, notes: readonly string[]): Answer =>
    render(report(view, checks, { now, draining: drain.draining, starting: starting() }), format, options, notes);
  const kept = keepAnswers(
    board,
    clock,
    () => (drain.draining ? 1 : 0) + (starting() ? 2 : 0),
    (format, now) => {
      const all = board.entries();
      return over(all, format, now, notesOn(all, options.notes));
    },
  );
  app.get(path, (request, reply) => {
    const excluded = excludedOf(request, board);
    const format = formatOf(request);
    if (excluded === undefined) {
      sendAnswer(reply, kept(format));
      return;
    }
    const all = board.entries();
    const checks = all.filter(({ name }) => !excluded.names.has(name));
    sendAnswer(reply, over(checks, format, clock.now(), notesOn(all, options.notes, excluded))); // too many variants to keep
  });
}

/** Ourselves: late only if the scheduler still is when the loop has turned once since the request came in. */
function liveRoute(app: FastifyInstance, options: HealthOptions): void {
  const alive = (): boolean => options.latenessMs() <= latestSchedulerMs;
  const keep = (value: boolean) =>
    keepAnswers(
      options.board,
      options.clock,
      () => 0,
      (format) => render(reportOwn(value), format, options, []),
    );
  const onTime = keep(true);
  const late = keep(false);
  app.get('/health/live', (request, reply) => {
    const format = formatOf(request);
    if (alive()) {
      sendAnswer(reply, onTime(format));
      return;
    }
    // After a freeze the request is often read before the overdue timers have run: they run before this one.
    setTimeout(() => setImmediate(() => sendAnswer(reply, (alive() ? onTime : late)(format))), 0);
  });
}

function checkRoute(app: FastifyInstance, options: HealthOptions): void {
  const { board, clock } = options;
  const kept = new WeakMap<ReportedCheck, (format: Format) => Answer>(); // a reload takes checks from the board
  const keep = (found: ReportedCheck) =>
    keepAnswers(
      board,
      clock,
      () => 0,
      (format, now) => render(reportOne(found, now), format, options, []),
    );
  app.get<{ Params: { name: string } }>('/health/checks/:name', (request, reply) => {
    const found = board.get(request.params.name);
    if (found === undefined) {
      sendError(reply, 404, 'not_found', 'no check has this name; /health lists them');
      return;
    }
    const answers = kept.get(found) ?? keep(found);
    kept.set(found, answers);
    sendAnswer(reply, answers(formatOf(request)));
  });
}

function formatOf(request: FastifyRequest): Format {
  const verbose = request.url.includes('?') && (request.query as Record<string, unknown>).verbose !== undefined;
  return chooseFormat(request.headers.accept, verbose);
}
