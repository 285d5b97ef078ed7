// Whose turn it is to read: of a check that every replica reads, of one that elects, of one that follows a place.
import type { Clock, Instant } from '../core/clock.ts';
import type { Log, LogFields } from '../core/log.ts';
import type { Reader } from '../dependencies/statistics.ts';
import { withLimits } from './collect.ts';
import { initialPlace, nextPlace, type PlaceEvent, type PlaceState, reads } from './place.ts';
import type { Turn } from './reading.ts';

export const everybodysTurn: Turn = {
  reads: () => true,
  answers: () => true,
  from: () => Number.NEGATIVE_INFINITY,
  broke: () => false,
};

/** Of a check that follows a place. */
export const followersTurn = (reads: () => boolean): Turn => ({
  reads,
  answers: reads,
  from: () => (reads() ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY),
  broke: () => false,
});

/** A place of election, as the checks that follow it and the probe see it; who reads there reads those that follow. */
export interface Place {
  readonly key: bigint;
  readonly turn: Turn;
  /** What a probe saw: whether anybody holds the lead. */
  seen(held: boolean): void;
}

export type PlaceOptions = {
  readonly check: string;
  readonly key: bigint;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** `reads` or `from` of its turn, or of those that follow, may have changed. */
  changed(): void;
};

/** Replicas that see the lead free at the same time do not ask at the same time. */
const spreadMs = 1000;
/** When no probe has said anything for so long, as while the server is down, or where it cannot tell: then it is asked all the same. */
const unseenMs = 60_000;
/** After another was quicker; doubled each time that the probe does not see it, as when `statistics_url` leads elsewhere. */
const refusedMs = 5000;
/** Where a pooler stands between, it will tomorrow. */
const cannotMs = 60_000;
const longestMs = 600_000;

export function createPlace({ check, key, clock, random, log, changed }: PlaceOptions): Place {
  let state: PlaceState = initialPlace;
  /** When to ask; undefined while a probe sees that another leads, or before any said. */
  let askAt: Instant | undefined;
  /** When a probe last said anything. */
  let seenAt = clock.now();
  const silentMs = unseenMs * (1 + random());
  const silentSince = (): Instant => seenAt + silentMs;
  let refusals = 0;
  let said: string | undefined;
  /** Whether it was told that another leads. */
  let followed = false;

  const apply = (event: PlaceEvent): void => {
    const before = state;
    state = nextPlace(state, event);
    if (before.standing !== state.standing) tell(before, state);
    changed();
  };
  const tell = (before: PlaceState, after: PlaceState): void => {
    const fields = {
      'event.kind': 'event',
      'event.action': `statistics-${after.standing}`,
      'labels.check': check,
    } satisfies LogFields;
    if (after.standing === 'leads') log.info(fields, `${check}: this replica leads: it reads the statistics`);
    else if (after.standing === 'lost') log.warn(fields, `${check}: the connection that holds the lead broke`);
    else
      log.info(
        fields,
        `${check}: another replica ${before.standing === 'lost' ? 'leads now' : 'leads'}: it reads the statistics`,
      );
  };
  const refused = (waitMs: number): void => {
    askAt = clock.now() + Math.min(longestMs, waitMs * 2 ** refusals);
    refusals += 1;
  };

  const turn: Turn = {
    reads: () => reads(state),
    answers: () => reads(state) || state.held !== true || clock.now() >= silentSince(),
    from: () => (reads(state) ? Number.NEGATIVE_INFINITY : (askAt ?? silentSince())),
    async ask(reader: Reader, { clock, timeoutMs, signal }) {
      const answer = await withLimits({ clock, timeoutMs }, signal, async (limits) => {
        if (reader.elect === undefined) throw new Error('a type that elects has a reader that does');
        return reader.elect(key, limits);
      });
      if (answer.kind === 'leads') refusals = 0;
      else refused(answer.kind === 'follows' ? refusedMs : cannotMs);
      if (answer.kind === 'cannot' && said !== answer.why) {
        said = answer.why;
        log.warn({ 'event.action': 'statistics-cannot', 'labels.check': check }, `${check}: ${answer.why}`);
      }
      apply({ kind: 'asked', answer: answer.kind });
      return answer.kind === 'leads';
    },
    broke() {
      apply({ kind: 'broke' });
      return reads(state);
    },
  };
  return {
    key,
    turn,
    seen(held) {
      const before = { state, askAt };
      seenAt = clock.now();
      state = nextPlace(state, { kind: 'seen', held });
      if (held) {
        refusals = 0;
        if (!reads(state)) askAt = undefined;
      } else if (refusals === 0 && before.state.held !== false) {
        askAt = clock.now() + random() * spreadMs;
      }
      const isNews = held && !reads(state) && !followed;
      if (isNews || before.state.standing !== state.standing) tell(before.state, state);
      followed ||= held;
      if (before.state.held !== held || askAt !== before.askAt) changed();
    },
  };
}
