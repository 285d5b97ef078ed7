// The `notes` of a health body: what the asker should know beside the checks.
import { shorthands } from '../dependencies/index.ts';
import type { Excluded } from './exclude.ts';

/** Said when nothing is checked: a fresh sidecar without configuration, or a file that is not the one meant. */
const nothingToCheck = `no check is configured, so this says nothing of any dependency: set one of ${shorthands.join(', ')}, or write checks into a configuration file`;

/** @param all every check that there is. @param own what the daemon has to say of itself. */
export const notesOn = (
  all: readonly unknown[],
  own: () => readonly string[] = () => [],
  excluded?: Excluded,
): readonly string[] => [...own(), ...(all.length === 0 ? [nothingToCheck] : []), ...(excluded?.notes ?? [])];
