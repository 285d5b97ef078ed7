// Answers of the app over boards of every kind, by what was asked and in which format.
import fc from 'fast-check';
import { gates, phaseNotes, statuses, warnings } from '../../src/core/check.ts';
import { errorClasses } from '../../src/core/failure.ts';
import type { KnownCheck } from '../../src/core/known-check.ts';
import { createRoutes } from '../../src/features/slos/route.ts';
import type { Asking } from '../../src/features/slos/view.ts';
import { arbitraryEntries, healthy, makeEntry, unhealthy, unknown } from '../core/entries.ts';
import { makeResult } from '../core/make.ts';
import { counts, example, standing, view, wall } from '../features/slos/views.ts';
import { serve } from '../http/serve.ts';

/** Bodies by `GET /health json`. */
export type Answers = ReadonlyMap<string, readonly unknown[]>;

const views = ['/health', '/health/ready', '/health/live', '/health/live/app', '/health/startup'];
const formats = { json: 'application/json', 'health+json': 'application/health+json' };
/** Of a standing without events. */
const nothing = { counts: counts(0, 0), since: undefined, month: counts(0, 0), lastMonth: undefined };
const bearer = { authorization: 'Bearer right' };

/** A check for each word that a body can say. */
function everyWord(): readonly KnownCheck[] {
  const time = new Date(0);
  const ofClasses = errorClasses.flatMap((errorClass) => {
    const run = { gates, lastResult: makeResult(errorClass, 0) };
    const history = [{ time, kind: run.lastResult.kind, errorClass, durationMs: 1 }];
    const transitions = statuses.flatMap((from) => statuses.map((to) => ({ time, from, to, errorClass })));
    return [
      makeEntry(`unhealthy-${errorClass}`, { ...run, history, transitions, says: unhealthy(errorClass) }),
      makeEntry(`unknown-${errorClass}`, { ...run, says: { ...unknown, errorClass } }),
    ];
  });
  const ofWarnings = warnings.map((warning) =>
    makeEntry(`warns-${warning}`, { gates, says: { ...healthy, warnings: [warning] } }),
  );
  const phases = [
    { name: 'plain', ms: 1 },
    ...phaseNotes.map((note) => ({ name: note, ms: 0, note, at: 'b', why: 'a' })),
  ];
  return [
    ...ofClasses,
    ...ofWarnings,
    makeEntry('phases', { gates, lastResult: { ...makeResult('passed', 0), phases } }),
  ];
}

/** With fields that are there and absent where they can be; the same boards at every call. */
const boards = (): readonly (readonly KnownCheck[])[] => [
  [],
  [makeEntry('good', { gates })],
  everyWord(),
  ...fc.sample(arbitraryEntries, { numRuns: 30, seed: 1 }),
];

let answered: Promise<Answers> | undefined;

/** Asked once; every call gets the same. */
export function jsonAnswers(): Promise<Answers> {
  answered ??= askAll();
  return answered;
}

async function askAll(): Promise<Answers> {
  const answers = new Map<string, unknown[]>();
  const keep = (name: string, body: string): void => {
    answers.set(name, [...(answers.get(name) ?? []), JSON.parse(body)]);
  };
  for (const entries of boards()) {
    const { ask, drain } = serve(entries, { token: () => 'right' });
    for (const query of ['', '?exclude=nobody']) {
      for (const [format, accept] of Object.entries(formats)) {
        for (const path of views) keep(`GET ${path} ${format}`, (await ask(`${path}${query}`, { accept })).body);
      }
      keep('GET /health/detailed json', (await ask(`/health/detailed${query}`, bearer)).body);
      drain.start();
    }
    for (const { name } of entries) {
      for (const [format, accept] of Object.entries(formats)) {
        keep(`GET /health/checks/:name ${format}`, (await ask(`/health/checks/${name}`, { accept })).body);
      }
    }
  }
  for (const [format, accept] of Object.entries(formats)) {
    keep(`GET /health/live ${format}`, (await serve([], { late: () => 60_000 }).ask('/health/live', { accept })).body);
  }
  const { ask, server } = serve([], { token: () => 'right' });
  const clock = { now: () => 0, wall: () => wall };
  const slow = [{ '1h': 20 }, { '6h': 6 }, { '1d': 3 }, { '3d': 1 }];
  const objectives = [
    ...example,
    view('partly', { here: standing({ burn: { '1h': 20 } }), service: standing({ ...nothing, burn: {} }) }),
    ...slow.map((burn, index) => view(`slow${index}`, { here: standing({ burn }), service: standing({ burn }) })),
  ];
  let asking: Asking | undefined;
  const routes = createRoutes({
    ...{ objectives: () => objectives, clock },
    draining: () => false,
    asking: () => asking,
  });
  (await server.mount([routes])).begin();
  for (const state of [undefined, 'waiting', 'good', 'failing'] as const) {
    asking = state && { state, since: state === 'waiting' ? undefined : 0 };
    keep('GET /slo json', (await ask('/slo', bearer)).body);
    for (const { name } of objectives) keep('GET /slo/:name json', (await ask(`/slo/${name}`, bearer)).body);
  }
  for (const method of ['POST', 'DELETE'] as const) {
    keep(`${method} /drain json`, (await ask('/drain', bearer, method)).body);
  }
  for (const path of ['/', '/drain', '/health/checks/nobody']) keep('(error) json', (await ask(path)).body);
  return answers;
}

/** The lines of the text, of checks in every state, and what each format is called. */
export async function textLines(): Promise<readonly string[]> {
  const entries = [
    makeEntry('good'),
    makeEntry('bad', { required: false, says: { ...unhealthy(), warnings: ['slow', 'skipped'] } }),
    makeEntry('new', { says: unknown, lastResult: undefined, finishedRun: false }),
  ];
  const { ask, drain } = serve(entries);
  const lines: string[] = [];
  for (const path of ['/health?exclude=nobody', '/health/ready?verbose']) {
    const { body, headers } = await ask(path, { accept: 'text/plain' });
    lines.push(...body.trimEnd().split('\n'), `content-type: ${headers['content-type']}`);
    drain.start();
  }
  for (const accept of Object.values(formats)) {
    lines.push(`content-type: ${(await ask('/health', { accept })).headers['content-type']}`);
  }
  return lines.map((line) => `(text) ${line}`);
}
