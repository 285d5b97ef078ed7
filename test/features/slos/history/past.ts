// A real Prometheus that scraped the history.
import { expand } from '../../../../src/features/prometheus/expression.ts';
import { startPrometheus } from '../../../servers/prometheus.ts';
import { scope } from '../../alerts/bench.ts';
import type { History } from './events.ts';
import { writeOpenMetrics } from './openmetrics.ts';
import { beginsAt, lastsS } from './script.ts';

export type Past = {
  /** What an expression without labels says at the end of the history. @param notation of prometheus/expression.ts */
  said(notation: string): Promise<number>;
  stop(): Promise<void>;
};

const end = new Date(beginsAt + lastsS * 1000);

/** Its samples are older than it keeps any, unless told. */
const flags = ['--storage.tsdb.retention.time=100y', '--query.max-samples=500000000'];

/** @param everyS how often it scraped */
export async function startPast(history: History, everyS: number): Promise<Past> {
  const openMetrics = (file: string): void => writeOpenMetrics(file, history, everyS);
  const prometheus = await startPrometheus({ scrape: [], openMetrics, flags });
  return {
    async said(notation) {
      const samples = await prometheus.query(expand(notation, scope), end);
      if (samples.length !== 1) throw new Error(`${samples.length} samples, not one: ${notation}`);
      return samples[0]?.value ?? Number.NaN;
    },
    stop: () => prometheus.stop(),
  };
}
