// What was collected last and still holds, as text: joined by family, so that each has one header and one group of lines.
import type { Instant } from '../core/clock.ts';
import { type FamilyText, headerOf } from '../core/exposition.ts';

export interface Snapshots {
  /** Goes up with every change, but for what ends by time alone. */
  readonly version: number;
  /** Takes the place of what this collector had. */
  put(check: string, collector: string, texts: readonly FamilyText[], until: Instant): void;
  /** Of one collector, or of all of the check. */
  drop(check: string, collector?: string): void;
  /** What holds now: empty, or lines that end in a line feed. The same bytes until something changes. */
  bytes(now: Instant): Uint8Array;
  /** The same as text, with the time after each value. @param stamp milliseconds since 1970. */
  stamped(now: Instant, stamp: number): string;
}

type Snapshot = { readonly texts: readonly FamilyText[]; readonly until: Instant };

/** The page in pieces between which a timestamp fits: each ends in a value, but for the last, which is empty. */
type Joined = {
  readonly version: number;
  readonly until: Instant;
  readonly pieces: readonly string[];
  bytes?: Uint8Array;
};

export function createSnapshots(): Snapshots {
  const all = new Map<string, Map<string, Snapshot>>();
  let version = 0;
  let joined: Joined = { version: 0, until: Number.POSITIVE_INFINITY, pieces: [] };

  const valid = (now: Instant): Snapshot[] =>
    [...all.values()].flatMap((ofCheck) => [...ofCheck.values()].filter(({ until }) => until > now));
  const join = (now: Instant): Joined => {
    if (joined.version === version && now < joined.until) return joined;
    const snapshots = valid(now);
    joined = {
      version,
      until: Math.min(Number.POSITIVE_INFINITY, ...snapshots.map(({ until }) => until)),
      pieces: piecesOf(snapshots.flatMap(({ texts }) => texts)),
    };
    return joined;
  };
  return {
    get version() {
      return version;
    },
    put(check, collector, texts, until) {
      const ofCheck = all.get(check) ?? new Map<string, Snapshot>();
      all.set(check, ofCheck.set(collector, { texts, until }));
      version += 1;
    },
    drop(check, collector) {
      if (collector === undefined) all.delete(check);
      else all.get(check)?.delete(collector);
      version += 1;
    },
    bytes(now) {
      const current = join(now);
      current.bytes ??= Buffer.from(current.pieces.map((piece) => `${piece}\n`).join(''));
      return current.bytes;
    },
    stamped: (now, stamp) =>
      join(now)
        .pieces.map((piece) => `${piece} ${stamp}\n`)
        .join(''),
  };
}

function piecesOf(texts: readonly FamilyText[]): string[] {
  const families = new Map<string, FamilyText[]>();
  for (const text of texts) {
    const { name } = text.family;
    families.set(name, [...(families.get(name) ?? []), text]);
  }
  return [...families.values()].flatMap((parts) => {
    const [first = '', ...rest] = parts.flatMap(({ lines }) => lines);
    const family = parts[0]?.family;
    return family === undefined || first === '' ? [] : [`${headerOf(family)}\n${first}`, ...rest];
  });
}
