// The service's own page: fetched on a schedule, and shown beside ours until it expires.
import type { Instant } from '../../../core/clock.ts';
import { brief, classify, messageOf } from '../../../dependencies/fault.ts';
import { fetchKnowing } from '../../../dependencies/http/fetching.ts';
import { withLimits } from '../../../schedule/limits.ts';
import type { FeatureJob, House } from '../../define.ts';
import { families, type PageSettings, pageReasons } from '../settings.ts';
import { createMemory, sweepOnly } from './memory.ts';
import { type Limits, type Merged, mergePage } from './merge.ts';

/** Within which the first fetch begins, so that replicas that start together do not ask together. */
const firstWithinMs = 1000;

/** What the page uses of the house. */
export type PageHouse = Pick<House, 'clock' | 'random' | 'log' | 'redact' | 'meter'> & {
  /** Whether the name of a family is one of ours. A reload can change that: the next fetch asks again. */
  taken(family: string): boolean;
};

/** The service's page, fetched and shown. */
export interface ServicePage {
  /** Each run is one fetch. */
  readonly job: FeatureJob;
  /** Text of the format 0.0.4, each part ending in a line feed; none once it has expired. The same until the next fetch. */
  parts(now: Instant): readonly Uint8Array[];
  /**
   * Names of families and samples of the last page, and of the parts that its histograms and summaries can have. They stay
   * once the page has expired: what has a name both here and elsewhere would seem to jump whenever the page comes and goes.
   */
  names(): ReadonlySet<string>;
  /** Shows nothing from now on. */
  close(): void;
}

type Snapshot = Pick<Merged, 'parts' | 'names'> & { readonly until: Instant };

const nothing: Snapshot = { parts: [], names: new Set(), until: Number.NEGATIVE_INFINITY };
/** Of a page that costs long collections; a smaller one is worth the memory that they save. */
const manySamples = 30_000;
const labels = { 'labels.feature': 'app' } as const;

/** What the page gave is shown for two intervals and a timeout: one fetch that fails leaves no hole. */
export function createServicePage(settings: PageSettings, house: PageHouse): ServicePage {
  const { clock, log, redact, meter } = house;
  const { interval, timeout: timeoutMs } = settings;
  const meters = {
    up: meter(families.up),
    duration: meter(families.scrapeDuration),
    samples: meter(families.scrapeSamples),
    failures: meter(families.scrapeFailures),
    dropped: meter(families.scrapeDropped),
  };
  for (const errorClass of fetchKnowing.definition.classes) meters.failures.add({ class: errorClass }, 0);
  for (const reason of pageReasons) meters.dropped.add({ reason }, 0);
  let due = clock.now() + house.random() * firstWithinMs;
  let latest = nothing;
  /** The class of the failure that was said last; undefined since a fetch succeeded. */
  let failing: string | undefined;
  let dropping = false;

  const current = (now: Instant): Snapshot => (now < latest.until ? latest : nothing);
  const told = (up: 0 | 1, durationMs: number): void => {
    meters.up.set({}, up);
    meters.duration.set({}, durationMs / 1000);
  };
  const merged = ({ parts, names, samples, dropped, firstDropped }: Merged, begun: Instant): void => {
    const now = clock.now();
    latest = { parts, names, until: now + 2 * interval + timeoutMs };
    if (samples > manySamples) sweepOnly();
    told(1, now - begun);
    meters.samples.set({}, samples);
    if (failing !== undefined) log.info(labels, 'the page of the service is read again');
    failing = undefined;
    const lost = pageReasons.filter((reason) => dropped[reason] > 0);
    for (const reason of lost) meters.dropped.add({ reason }, dropped[reason]);
    const counts = lost.map((reason) => `${dropped[reason]} ${reason}`).join(', ');
    if (lost.length > 0 && !dropping)
      log.warn(labels, `lines of the page of the service are not shown: ${counts}; the first is line ${firstDropped}`);
    dropping = lost.length > 0;
  };
  const failed = (error: unknown, begun: Instant): void => {
    const { errorClass } = classify(fetchKnowing, error);
    const message = brief(messageOf(error, timeoutMs), redact);
    told(0, clock.now() - begun);
    meters.failures.add({ class: errorClass }, 1);
    if (failing === errorClass) return;
    failing = errorClass;
    const fields = { 'error.type': errorClass, 'error.message': message, ...labels };
    log.warn(fields, `the page of the service cannot be read: ${message}`);
  };

  /** Of the last page. The fetch that reads has it for itself, also while it ends late; one that failed lets it go. */
  let memory = createMemory();
  const read = async (limits: Limits): Promise<Merged> => {
    const lent = memory;
    memory = createMemory();
    const page = await mergePage({ settings, clock, taken: house.taken, memory: lent }, limits);
    lent.free();
    memory = lent;
    return page;
  };

  return {
    job: {
      name: 'the page of the service',
      next: () => due,
      async run(signal) {
        const begun = clock.now();
        due = begun + interval;
        try {
          const page = await withLimits({ clock, timeoutMs }, signal, (limits) => read(limits));
          if (!signal.aborted) merged(page, begun);
        } catch (error) {
          if (!signal.aborted) failed(error, begun);
        }
      },
    },
    parts: (now) => current(now).parts,
    names: () => latest.names,
    close() {
      latest = nothing;
    },
  };
}
