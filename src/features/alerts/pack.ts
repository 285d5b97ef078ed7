// What an alert is, and what a pack is: data, of which the rules, the known names and the pages are made.
import type { AppPreset } from '../../core/app-catalogue.ts';
import type { Facts } from '../generate.ts';

export const packNames = [
  'probes',
  'statistics',
  'postgres',
  'redis',
  'elasticsearch',
  'kms',
  'app',
  'slo',
  'kubernetes',
  'forecast',
] as const;
export type PackName = (typeof packNames)[number];

/** `critical` wakes somebody, `warning` waits for the day, `info` is read; `none` is the watchdog's. */
export const severities = ['critical', 'warning', 'info', 'none'] as const;
export type Severity = (typeof severities)[number];

/** What a threshold may be. */
export type Threshold = {
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** What it counts, as a person reads it: `ratio`, `seconds`, `bytes`, `connections`, `per second`. */
  readonly unit: string;
};

/** Expressions are PromQL in the notation of expression.ts. */
export type Alert = {
  /** CamelCase: subject and state. */
  readonly name: string;
  readonly expr: string;
  /** The number that `$threshold` stands for. */
  readonly threshold?: Threshold;
  /** How long it holds before the alert fires: a duration of Prometheus; `0s` where the expression is a window itself. */
  readonly for: string;
  readonly severity: Severity;
  /** One fixed sentence without labels and values: what is wrong. The service and the check are put before it. */
  readonly summary: string;
  /** With `$labels` and `$value`, as templates of Prometheus, and `$app_NAME` for a metric of the service: how bad it is, and where to look first. */
  readonly description: string;
  /** It is told although the pack's `silence` holds. */
  readonly despite?: true;
  /** Its series can lack the pod's namespace, as those of `absent()` do: the configured one is added. */
  readonly absent?: true;
  /** Present with these facts only; with every configuration that has the pack unless said. */
  readonly when?: (facts: Facts) => boolean;
  /** What tells of the same with these facts: `unless` it, the alert fires. */
  readonly unless?: (facts: Facts) => string | undefined;
  /** For whom nobody is to be woken, the page is a warning. */
  readonly unpaged?: Unpaged;
  /** Of the app's pack: the preset whose metrics it reads. */
  readonly preset?: AppPreset;
  /** The labels that it fires with, beside the kept and the static ones: what inhibition and routes can ask. */
  readonly labels: readonly string[];
};

/** A page as a warning: with these facts there are some for whom it is one. */
export type Unpaged = {
  readonly when: (facts: Facts) => boolean;
  /** Of those alone. */
  readonly expr: string;
  /** Of all, for a page that an override makes a warning. */
  readonly all: string;
};

/** `level:metric:operations`, in the notation of expression.ts. It also has the label `service`. */
export type Recording = {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly when?: (facts: Facts) => boolean;
  readonly preset?: AppPreset;
  /** People, boards or the daemon read it: it is there although its readers are disabled. */
  readonly kept?: true;
  /** It reads so many samples that it is evaluated less often. */
  readonly long?: boolean;
};

export type Pack = {
  readonly name: PackName;
  /** For help and pages: what its alerts tell of. */
  readonly about: string;
  /** Whether `auto` takes it. */
  readonly auto: (facts: Facts) => boolean;
  /** What is wrong already when it holds, and is told by another alert: `unless` it, no alert of the pack fires. */
  readonly silence?: string;
  readonly recordings: readonly Recording[];
  /** Those that are made of the configuration; they are before the others. */
  readonly recordingsOf?: (facts: Facts) => readonly Recording[];
  readonly alerts: readonly Alert[];
};

/** All recording rules of a pack, in the order in which they are evaluated. */
export const recordingsOf = ({ recordings, recordingsOf: made }: Pack, facts: Facts): readonly Recording[] => [
  ...(made?.(facts) ?? []),
  ...recordings,
];
