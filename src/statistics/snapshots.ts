// What was collected last and still holds, as text: joined by family, so that each has one header and one group of lines.
import type { Instant } from '../core/clock.ts';
import { type FamilyText, headerOf } from '../core/exposition.ts';

export interface Snapshots {
  /** Takes the place of what this collector had. */
  put(check: string, collector: string, texts: readonly FamilyText[], until: Instant): void;
  /** All of the check. */
  drop(check: string): void;
  /** What holds now: empty, or lines that end in a line feed. The same bytes until something changes. */
  bytes(now: Instant): Uint8Array;
  /** The same with the time after each value; kept for a second. @param stamp milliseconds since 1970. */
  stamped(now: Instant, stamp: number): Uint8Array;
  /** Nothing of the check holds for now. */
  hide(check: string): void;
  /** What these collectors gave holds again, until its own end; the rest that was hidden is gone. */
  unhide(check: string, collectors: readonly string[]): void;
}

type Snapshot = { readonly texts: readonly FamilyText[]; readonly until: Instant };

/** The page in pieces after which a timestamp fits: each ends in a value. */
type Joined = {
  readonly version: number;
  readonly until: Instant;
  readonly pieces: readonly string[];
  bytes?: Uint8Array;
};

/** A flood of scrapes costs one rendering a second. */
const stampedMs = 1000;

export function createSnapshots(): Snapshots {
  const all = new Map<string, Map<string, Snapshot>>();
  const hidden = new Map<string, ReadonlyMap<string, Snapshot>>();
  /** Goes up with every change, but for what ends by time alone. */
  let version = 0;
  let stamped: { readonly of: Joined; readonly at: number; readonly bytes: Uint8Array } | undefined;
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
    put(check, collector, texts, until) {
      const ofCheck = all.get(check) ?? new Map<string, Snapshot>();
      all.set(check, ofCheck.set(collector, { texts, until }));
      version += 1;
    },
    drop(check) {
      all.delete(check);
      hidden.delete(check);
      version += 1;
    },
    hide(check) {
      // What is hidden already stays: nothing was read since.
      hidden.set(check, new Map([...(hidden.get(check) ?? []), ...(all.get(check) ?? [])]));
      all.delete(check);
      version += 1;
    },
    unhide(check, collectors) {
      const found = hidden.get(check);
      if (found === undefined) return;
      hidden.delete(check);
      const back = [...found].filter(([collector]) => collectors.includes(collector));
      all.set(check, new Map([...back, ...(all.get(check) ?? [])]));
      version += 1;
    },
    bytes(now) {
      const current = join(now);
      current.bytes ??= Buffer.from(current.pieces.map((piece) => `${piece}\n`).join(''));
      return current.bytes;
    },
    stamped(now, stamp) {
      const current = join(now);
      const fits = stamped?.of === current && stamp >= stamped.at && stamp < stamped.at + stampedMs;
      if (stamped === undefined || !fits) {
        const text = current.pieces.map((piece) => `${piece} ${stamp}\n`).join('');
        stamped = { of: current, at: stamp, bytes: Buffer.from(text) };
      }
      return stamped.bytes;
    },
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
