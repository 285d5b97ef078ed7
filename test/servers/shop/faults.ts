// What the shop does wrong on request: POST /faults with some of these keys, the others stay as they are.

export const pageFaults = [
  ...(['none', 'garbage', 'half', 'cut', 'duplicate', 'types', 'exemplars'] as const),
  ...(['endless', 'huge', 'slow', 'hang', 'redirect', 'crash'] as const),
] as const;
export type PageFault = (typeof pageFaults)[number];

export const statsdFaults = ['on', 'off', 'garbage', 'flood'] as const;
export type StatsdFault = (typeof statsdFaults)[number];

export type Faults = {
  /** How long every answer waits, but those of /faults, /healthz and /metrics. */
  latency_ms: number;
  /** The part of the answers that are 500, of those that wait. */
  error_rate: number;
  /**
   * What becomes of /metrics: lines that are none (garbage), an end amid a line (half), a connection that ends amid the body
   * (cut), every line twice (duplicate), families whose type changes (types), exemplars and `# EOF`, as OpenMetrics where
   * that is accepted (exemplars), a body without an end (endless), 200,000 samples (huge), a byte at a time (slow), no answer
   * (hang), an answer elsewhere (redirect), the end of the process (crash).
   */
  metrics: PageFault;
  /** What becomes of the lines: none (off), lines that are none among them (garbage), 50,000 a second more (flood). */
  statsd: StatsdFault;
};

export const noFaults: Faults = { latency_ms: 0, error_rate: 0, metrics: 'none', statsd: 'on' };

const isNumber = (value: unknown, most: number): boolean => typeof value === 'number' && value >= 0 && value <= most;
const judges: Readonly<Record<string, (value: unknown) => boolean>> = {
  latency_ms: (value) => isNumber(value, 600_000),
  error_rate: (value) => isNumber(value, 1),
  metrics: (value) => (pageFaults as readonly unknown[]).includes(value),
  statsd: (value) => (statsdFaults as readonly unknown[]).includes(value),
};

/** Takes them over, or none of them and tells which is wrong. */
export function take(faults: Faults, wanted: unknown): string | undefined {
  if (typeof wanted !== 'object' || wanted === null) return 'an object is wanted';
  const wrong = Object.entries(wanted).find(([key, value]) => judges[key]?.(value) !== true);
  if (wrong !== undefined) return `${wrong[0]} cannot be ${JSON.stringify(wrong[1])}`;
  Object.assign(faults, wanted);
  return undefined;
}
