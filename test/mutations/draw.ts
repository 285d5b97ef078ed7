// Draws mutations by a seed: what is drawn depends on the source and the seed alone, and changes little with the source.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kinds } from './kinds.ts';
import { apply, digest, type Mutation, placesIn } from './places.ts';
import { type Room, sourcesOf } from './rooms.ts';
import { parses } from './syntax.ts';

export type Drawn = Mutation & { readonly room: Room };

/** Every mutation of the rooms. */
export function allPlaces(root: string, rooms: readonly Room[]): Drawn[] {
  return rooms.flatMap((room) =>
    sourcesOf(root, room).flatMap((file) =>
      placesIn(file, readFileSync(join(root, file), 'utf8')).map((mutation) => ({ ...mutation, room })),
    ),
  );
}

/**
 * The rooms take turns, and within a room the kinds do, so that each gets its share whatever its size.
 * @returns by room. Fewer than `count` when there are no more; never two in a line.
 */
export function draw<Of extends { readonly room: Pick<Room, 'name'> } & Mutation>(
  places: readonly Of[],
  { seed, count, accepts = () => true }: { seed: number; count: number; accepts?: (one: Of) => boolean },
): Of[] {
  const queues = [...Map.groupBy(places, ({ room }) => room.name)].map(([name, own]) => {
    const ranked = own
      .map((one) => ({ one, rank: digest(`${seed} ${one.id}`) }))
      .sort((a, b) => (a.rank < b.rank ? -1 : 1))
      .map(({ one }) => one);
    const turns = [...kinds].sort((a, b) => (digest(`${seed} ${name} ${a}`) < digest(`${seed} ${name} ${b}`) ? -1 : 1));
    return { drawn: [] as Of[], byKind: turns.map((kind) => ranked.filter((one) => one.kind === kind)) };
  });
  const lines = new Set<string>();
  const takeFrom = (queue: Of[]): Of | undefined => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const line = `${one.file}:${one.line}`;
      if (lines.has(line) || !accepts(one)) continue;
      lines.add(line);
      return one;
    }
    return undefined;
  };
  const takeTurn = ({ drawn, byKind }: (typeof queues)[number]): boolean => {
    for (let left = byKind.length; left > 0; left--) {
      const queue = byKind.shift() as Of[];
      byKind.push(queue);
      const one = takeFrom(queue);
      if (one !== undefined) return drawn.push(one) > 0;
    }
    return false;
  };
  let taken = 0;
  for (let any = true; any; ) {
    any = false;
    for (const queue of queues) {
      if (taken >= count) break;
      if (!takeTurn(queue)) continue;
      taken++;
      any = true;
    }
  }
  return queues.flatMap(({ drawn }) => drawn);
}

/** Whether what it makes of its file can be read at all. */
export const isReadable = (root: string) => (mutation: Mutation) =>
  parses(apply(readFileSync(join(root, mutation.file), 'utf8'), mutation));
