// One place of election as this replica stands there: when to ask for the lead, and what came of it.
import type { Clock, Instant } from '../core/clock.ts';
import { type LeaseTimes, provenMs } from '../core/lease-times.ts';
import type { Log, LogFields } from '../core/log.ts';
import type { ElectionResult } from '../dependencies/statistics.ts';
import { initialPlace, nextPlace, type PlaceEvent, type PlaceState, reads } from './place.ts';

export interface Candidate {
  readonly state: PlaceState;
  /** What happened before, another that led had the time to tell. */
  readonly toldUntil: Instant;
  /** Nobody is known to lead, or this replica does or did: it answers for the place when that cannot be reached. */
  answers(): boolean;
  /** When to ask at the earliest, while it does not lead: Infinity while another does. */
  askFrom(): Instant;
  /** What the server said, asked for the lead. */
  asked(answer: ElectionResult): void;
  /** The connection that holds the lead broke, or could not be had. */
  broke(): void;
  /** What a probe saw: whether anybody holds the lead. */
  seen(held: boolean): void;
}

export type CandidateOptions = {
  readonly check: string;
  readonly clock: Clock;
  readonly times: LeaseTimes;
  readonly random: () => number;
  readonly log: Log;
  changed(): void;
  /** Its probe saw the lead that this replica holds, and sees it no more: the probe asks another server now. */
  elsewhere(): void;
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

export function createCandidate(options: CandidateOptions): Candidate {
  const { check, clock, times, random, log, changed } = options;
  let state: PlaceState = initialPlace;
  /** When to ask; undefined while a probe sees that another leads, or before any said. */
  let askAt: Instant | undefined;
  /** When a probe last said anything. */
  let seenAt = clock.now();
  const silentMs = unseenMs * (1 + random());
  const silentSince = (): Instant => seenAt + silentMs;
  let otherSeenAt = Number.NEGATIVE_INFINITY;
  let refusals = 0;
  let said: string | undefined;
  /** Whether it was told that another leads. */
  let followed = false;
  /** Whether its probe saw the lead that this replica holds. */
  let confirmed = false;

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

  return {
    get state() {
      return state;
    },
    // The server believes in a leader that is dead for as long as it waits for a sign of life, and for one last proof.
    get toldUntil() {
      return otherSeenAt - times.silenceMs - provenMs(times);
    },
    answers: () => reads(state) || state.held !== true || clock.now() >= silentSince(),
    askFrom: () => askAt ?? silentSince(),
    asked(answer) {
      if (state.standing !== 'leads') confirmed = false;
      if (answer.kind === 'leads') refusals = 0;
      else refused(answer.kind === 'follows' ? refusedMs : cannotMs);
      if (answer.kind === 'follows') otherSeenAt = clock.now();
      if (answer.kind === 'cannot' && said !== answer.why) {
        said = answer.why;
        log.warn({ 'event.action': 'statistics-cannot', 'labels.check': check }, `${check}: ${answer.why}`);
      }
      apply({ kind: 'asked', answer: answer.kind });
    },
    broke: () => apply({ kind: 'broke' }),
    seen(held) {
      const before = { state, askAt };
      seenAt = clock.now();
      if (held && state.standing !== 'leads') otherSeenAt = seenAt;
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
      const isElsewhere = confirmed && !held && state.standing === 'leads';
      confirmed = held && state.standing === 'leads';
      if (isElsewhere) options.elsewhere();
      const isChanged =
        before.state.held !== held || before.state.standing !== state.standing || askAt !== before.askAt;
      if (isChanged) changed();
    },
  };
}
