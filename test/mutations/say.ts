// What a run says: the mutations, how far it is, and the table at its end.
import type { Failed } from './copy.ts';
import type { Drawn } from './draw.ts';
import type { Explained } from './explained.ts';
import { type Mutation, nothing } from './places.ts';
import type { Verdict } from './trial.ts';

const shownCharacters = 72;
const clip = (text: string, most = shownCharacters): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;

/** From where the two differ, so that a long condition shows what became of it. */
function changeText({ before, after }: Pick<Mutation, 'before' | 'after'>): string {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same++;
  const from = same > 30 ? before.lastIndexOf(' ', same - 12) + 1 : 0;
  const shown = (text: string): string => `${from > 0 ? '…' : ''}${clip(text.slice(from))}`;
  return `${shown(before)}  →  ${after === nothing ? 'nothing' : shown(after)}`;
}

const placeText = ({ file, line, within }: Mutation): string => `${file}:${line} ${within}`;

export function listText(mutations: readonly Drawn[]): string {
  return mutations
    .map((one) => `${one.id}  ${one.room.name.padEnd(26)}  ${placeText(one)}\n          ${changeText(one)}\n`)
    .join('');
}

export function progressText({ mutation, caught, ms }: Verdict, done: number, all: number, elapsedMs: number): string {
  const head = `[${String(done).padStart(String(all).length)}/${all}] ${caught === undefined ? 'SURVIVED' : 'caught  '}`;
  const left = done < all ? `, ${duration((elapsedMs / done) * (all - done))} left` : '';
  return `${head} ${mutation.id} ${mutation.room.name} in ${duration(ms)}${caught === undefined ? '' : ` by ${clip(caught.by, 100)}`}${left}\n`;
}

export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** A line for each mutation, and one for each room. */
export function tableText(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ mutation, caught }) => [
    caught === undefined ? 'SURVIVED' : 'caught',
    mutation.id,
    mutation.room.name,
    mutation.kind,
    `${placeText(mutation)}: ${changeText(mutation)}`,
    caught === undefined ? '' : `by ${caught.by}: ${clip(caught.message, 120)}`,
  ]);
  const [, , ...widths] = [8, 8, ...[2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))];
  const lines = rows.map(
    ([verdict = '', id, room = '', kind = '', place, by]) =>
      `${verdict.padEnd(8)}  ${id}  ${room.padEnd(widths[0] ?? 0)}  ${kind.padEnd(widths[1] ?? 0)}  ${place}\n${by === '' ? '' : `${' '.repeat(20)}${by}\n`}`,
  );
  const ofRooms = [...Map.groupBy(verdicts, ({ mutation }) => mutation.room.name)].map(([name, all]) => {
    const caught = all.filter((one) => one.caught !== undefined).length;
    return `${name.padEnd(widths[0] ?? 0)}  ${String(caught).padStart(6)}  ${String(all.length - caught).padStart(8)}\n`;
  });
  return `${lines.join('')}\n${'room'.padEnd(widths[0] ?? 0)}  caught  survived\n${ofRooms.join('')}`;
}

/** What is to be done about the survivors and about the list of those that are explained. */
export function judgementText(
  verdicts: readonly Verdict[],
  known: ReadonlySet<string>,
  list: readonly Explained[],
): string {
  const isExplained = new Map(list.map(({ id, why }) => [id, why]));
  const lines = verdicts.flatMap(({ mutation, caught }) => {
    const why = isExplained.get(mutation.id);
    if (caught === undefined && why !== undefined) return [`explained: ${mutation.id} ${placeText(mutation)}: ${why}`];
    if (caught === undefined)
      return [`survived: ${mutation.id} ${placeText(mutation)}; try: npm run test:mutations -- --only ${mutation.id}`];
    if (why !== undefined) return [`out of date: ${mutation.id} ${placeText(mutation)} is explained, and was caught`];
    return [];
  });
  const gone = list.filter(({ id }) => !known.has(id));
  lines.push(...gone.map(({ id, place }) => `out of date: ${id} ${place} is explained, and there is no such mutation`));
  return lines.map((line) => `${line}\n`).join('');
}

export const failedText = (failed: readonly Failed[]): string =>
  failed.map(({ by, message }) => `- ${by}\n  ${message}\n`).join('');
