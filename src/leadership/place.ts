// The standing of this replica where replicas elect: learnt from the probe, and from asking for the lead. Pure.
import type { Standing } from '../core/lease.ts';

export type PlaceState = {
  readonly standing: Standing;
  /** What a probe last saw; undefined before any said. */
  readonly held: boolean | undefined;
};

export type PlaceEvent =
  | { readonly kind: 'seen'; readonly held: boolean }
  | { readonly kind: 'asked'; readonly answer: 'leads' | 'follows' | 'cannot' }
  | { readonly kind: 'broke' };

export const initialPlace: PlaceState = { standing: 'follows', held: undefined };

export function nextPlace(state: PlaceState, event: PlaceEvent): PlaceState {
  // Whoever lost it holds it no more: two that read at once would make counters go back and forth.
  if (event.kind === 'seen') {
    const isAnothers = event.held && state.standing === 'lost';
    return { standing: isAnothers ? 'follows' : state.standing, held: event.held };
  }
  if (event.kind === 'broke') return { ...state, standing: state.standing === 'follows' ? 'follows' : 'lost' };
  // A refusal says nothing of what a probe would see: `statistics_url` can lead to another server than `url`.
  return event.answer === 'leads' ? { standing: 'leads', held: true } : { standing: 'follows', held: undefined };
}

/** Whether this replica does what the one that leads does: it leads, or led last. */
export const reads = ({ standing }: PlaceState): boolean => standing !== 'follows';
