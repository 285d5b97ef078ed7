// The lease at whichever place is chosen: one object that stays the same while places come and go.
import type { Lease } from '../core/lease.ts';
import { createListeners } from './listeners.ts';

export interface Chosen {
  readonly lease: Lease;
  /** Another place was chosen, or its lease has changed. */
  changed(): void;
}

/** @param current the lease of the place; undefined: there is none. */
export function createChosen(current: () => Lease | undefined): Chosen {
  const listeners = createListeners();
  const lease = (): Lease => current() ?? alone;
  return {
    changed: listeners.tell,
    lease: {
      get place() {
        return lease().place;
      },
      get standing() {
        return lease().standing;
      },
      get speaks() {
        return lease().speaks;
      },
      get held() {
        return lease().held;
      },
      get signal() {
        return lease().signal;
      },
      get toldUntil() {
        return lease().toldUntil;
      },
      onChange: listeners.add,
    },
  };
}

/** Where there is no place to elect: whoever asks holds it, and knows by `place` that others may too. */
const alone: Lease = {
  place: undefined,
  standing: 'leads',
  speaks: true,
  held: true,
  signal: new AbortController().signal,
  toldUntil: Number.NEGATIVE_INFINITY,
  onChange() {},
};
