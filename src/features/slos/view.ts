// An objective at work, as answers and metrics read it.
import type { Instant } from '../../core/clock.ts';
import type { Standing } from './budget.ts';
import type { SloSettings } from './settings.ts';

export type ObjectiveView = {
  readonly name: string;
  readonly settings: SloSettings;
  /** What this pod has counted; undefined where its events cannot be seen here: Prometheus alone counts them. */
  here(now: Instant): Standing | undefined;
  /** What Prometheus said last of the whole service; undefined where it is not asked, or what it said is too old. */
  service(now: Instant): Standing | undefined;
};

/** How the asking of Prometheus goes. */
export type Asking = {
  /** `waiting`: no round of questions has ended. `failing`: not all was answered in the last one. */
  readonly state: 'waiting' | 'good' | 'failing';
  readonly since: Instant | undefined;
};
