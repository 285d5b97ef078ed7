// Who reads what, and where the replicas elect: for each check with statistics, its mode and where its reader is elected. Pure.

import type { StatisticsMode } from '../core/collecting.ts';
import type { Definition } from './define.ts';

/** A check as the configuration has it. */
type Seated = {
  readonly name: string;
  readonly definition: Definition;
  readonly settings: Record<string, unknown>;
};

/** `off` with `why`: it would be read if there were a place to elect who does. The reason is the same for all checks. */
export type Seat =
  | { readonly mode: 'off'; readonly why?: string }
  | { readonly mode: 'all' }
  /** `place` is the name of the check at whose server the replicas elect; a place is its own. */
  | { readonly mode: 'leader'; readonly place: string };

/** What was written for the check, else for all. */
function modeOf({ settings }: Seated, general: StatisticsMode): StatisticsMode {
  const own = settings.statistics as { readonly mode?: StatisticsMode } | undefined;
  return own?.mode ?? general;
}

/**
 * Checks that can be a place elect for themselves; the others follow the first place whose server is said to be a
 * primary, else the first that may be one. Without any they are off: nobody is ever made to read everything silently.
 */
export function seatsOf(checks: readonly Seated[], general: StatisticsMode): ReadonlyMap<string, Seat> {
  const able = checks.filter(({ definition }) => definition.statistics !== undefined);
  const places = able.filter((check) => modeOf(check, general) === 'leader' && roleOf(check) !== undefined);
  const first = firstPlace(places);
  const unfit = able.flatMap((check) => {
    const [role, mode] = [roleOf(check), modeOf(check, general)];
    if (role === undefined) return [];
    return `${check.name} has \`${mode === 'leader' ? `expect: ${role}` : `mode: ${mode}`}\``;
  });
  const seatOf = (check: Seated): Seat => {
    const mode = modeOf(check, general);
    if (mode !== 'leader') return { mode };
    const place = places.includes(check) ? check : first;
    return place === undefined ? { mode: 'off', why: noPlace(unfit) } : { mode, place: place.name };
  };
  return new Map(able.map((check) => [check.name, seatOf(check)]));
}

/** @param unfit checks at whose servers others elect, and why not here. */
function noPlace(unfit: readonly string[]): string {
  const why = unfit.length === 0 ? 'no check of one is there' : `there is none to elect at: ${unfit.join(', ')}`;
  return (
    `replicas elect who reads them at a PostgreSQL primary, and ${why}. ` +
    'Set `statistics: { mode: all }` to let every replica read them.'
  );
}

/** Where replicas elect. */
export type Places<Check> = {
  /** Every check at whose server somebody is elected. */
  readonly all: readonly Check[];
  /** The place of the features: that of all checks that follow. Undefined: none is wanted, or there is none. */
  readonly own: string | undefined;
};

/** @param features whether one of them elects: then there is a place even where nobody reads statistics. */
export function placesOf<Check extends Seated>(
  checks: readonly Check[],
  general: StatisticsMode,
  features: boolean,
): Places<Check> {
  const seats = [...seatsOf(checks, general).values()];
  const ofStatistics = new Set(seats.flatMap((seat) => (seat.mode === 'leader' ? seat.place : [])));
  const own = features ? firstPlace(checks)?.name : undefined;
  return { all: checks.filter(({ name }) => ofStatistics.has(name) || name === own), own };
}

const roleOf = ({ definition, settings }: Seated) => definition.elects?.(settings as never);

/** The first whose server is said to be a primary, else the first that may be one. */
const firstPlace = <Check extends Seated>(checks: readonly Check[]): Check | undefined =>
  checks.find((check) => roleOf(check) === 'primary') ?? checks.find((check) => roleOf(check) === 'any');
