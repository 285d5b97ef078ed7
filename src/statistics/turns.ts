// Whose turn it is to read: of a check that every replica reads, of one that elects, of one that follows a place.
import type { Leadership } from '../leadership/index.ts';

/** Whether this check is read here, as far as others decide it. */
export interface Turn {
  /** Whether it is for this replica to read. */
  reads(): boolean;
  /** Whether it may ask the server now. */
  runs(): boolean;
  /** Whether it tells when the server cannot be reached: it reads, or nobody is known to. */
  answers(): boolean;
}

export const everybodysTurn: Turn = { reads: () => true, runs: () => true, answers: () => true };

/** Of the check at whose server the replicas elect: it is not read while the lead is lost, and said to be down. */
export const placesTurn = (leadership: Pick<Leadership, 'at'>, place: string): Turn => ({
  reads: () => leadership.at(place)?.lease.speaks ?? false,
  runs: () => leadership.at(place)?.lease.standing === 'leads',
  answers: () => leadership.at(place)?.answers() ?? false,
});

/** Of a check that follows a place: who lost the lead goes on until it sees another leader. */
export function followersTurn(leadership: Pick<Leadership, 'at'>, place: string): Turn {
  const speaks = (): boolean => leadership.at(place)?.lease.speaks ?? false;
  return { reads: speaks, runs: speaks, answers: speaks };
}
