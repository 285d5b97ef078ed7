// GET /health/detailed: everything that is known, rendered for each request, behind the token.
import type { FastifyInstance } from 'fastify';
import { detailedBody, healthBody } from '../core/body.ts';
import type { Clock } from '../core/clock.ts';
import type { KnownCheck } from '../core/known-check.ts';
import type { Redact } from '../core/redact.ts';
import { report } from '../core/report.ts';
import { sendJson } from './answer.ts';
import { excludedOf } from './exclude.ts';
import type { HealthBoard } from './health.ts';
import { notesOn } from './notes.ts';

type DetailedOptions = {
  readonly board: HealthBoard<KnownCheck>;
  readonly clock: Clock;
  readonly version: string;
  readonly redact: Redact;
  readonly drain: { readonly draining: boolean };
  readonly starting?: () => boolean;
  readonly notes?: () => readonly string[];
};

export function detailedRoute(
  app: FastifyInstance,
  { board, clock, version, redact, drain, starting = () => false, notes }: DetailedOptions,
): void {
  app.get('/health/detailed', { config: { access: 'read' } }, (request, reply) => {
    const now = clock.now();
    const excluded = excludedOf(request, board);
    const all = board.entries();
    const checks = all.filter(({ name }) => excluded?.names.has(name) !== true);
    const result = report('health', checks, { now, draining: drain.draining, starting: starting() });
    const about = { version, time: clock.wall(), notes: notesOn(all, notes, excluded) };
    const body = healthBody(result, about, (check, belief) => detailedBody(check, belief, now, redact));
    sendJson(reply, result.ok ? 200 : 503, { ...body, draining: drain.draining });
  });
}
