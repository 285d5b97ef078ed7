// One fetch of the service's page, read as it comes, without ever holding up the event loop.
import type { Clock } from '../../../core/clock.ts';
import { Failure } from '../../../core/failure.ts';
import { type Fetched, type FetchSettings, fetchPage } from '../../../dependencies/http/fetching.ts';
import { createPause } from '../../pause.ts';
import type { PageReason } from '../settings.ts';
import type { Memory } from './memory.ts';
import { createPageReader, type PageReader } from './reader.ts';
import type { ShownPage } from './shown.ts';

/**
 * The text format comes first: every scraper's library has it, and it is what is served. Native histograms are not asked
 * for: they need protobuf.
 */
const accept =
  'text/plain;version=0.0.4;escaping=underscores,application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.5,' +
  'text/plain;q=0.4,*/*;q=0.1';

/** Of the unpacked page: 512 bytes for each sample that may be shown, and never less than 4 MiB. */
const mostBytesOf = (maxSamples: number): number => Math.max(4 * 1024 * 1024, maxSamples * 512);

/** Bytes that are read between two looks at the time. */
const pieceBytes = 8 * 1024;

/** A page as it is shown, with what was left out. */
export type Merged = ShownPage & Pick<PageReader, 'firstDropped'> & { readonly dropped: Record<PageReason, number> };

/** Of one fetch. */
export type MergeOptions = {
  readonly settings: FetchSettings & { readonly max_samples: number };
  readonly clock: Clock;
  /** Whether the name of a family is one of ours. */
  readonly taken: (family: string) => boolean;
  /** Of the page before this one, to be used again. */
  readonly memory: Memory;
};

/** When the fetch must end. */
export type Limits = { readonly signal: AbortSignal; remainingMs(): number };

/**
 * Fetches the page once.
 * @throws what the fetch throws, or a Failure `server` for what is no page of metrics
 */
export function mergePage({ settings, clock, taken, memory }: MergeOptions, limits: Limits): Promise<Merged> {
  const { max_samples: maxSamples } = settings;
  const turn = createPause(clock.now);
  const pause = async (): Promise<void> => {
    await turn();
    limits.signal.throwIfAborted();
  };
  return fetchPage(settings, limits, { accept }, async ({ headers, body }) => {
    const contentType = headers['content-type'] ?? '';
    const openMetrics = /^\s*application\/openmetrics-text\s*(?:;|$)/i.test(contentType);
    const reader = createPageReader({ openMetrics, maxSamples, taken, memory });
    await readAll(body, reader, mostBytesOf(maxSamples), pause);
    judge(reader, contentType);
    const steps = reader.show();
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) await pause();
    return { ...step.value, dropped: reader.dropped, firstDropped: reader.firstDropped };
  });
}

async function readAll(
  body: Fetched['body'],
  reader: PageReader,
  mostBytes: number,
  pause: () => Promise<void>,
): Promise<void> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > mostBytes) throw new Failure('server', `the page is longer than ${mostBytes} bytes`);
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      reader.take(chunk.subarray(at, at + pieceBytes));
      await pause();
    }
  }
  reader.end();
}

function judge({ complete, samples, dropped, firstDropped }: PageReader, contentType: string): void {
  if (!complete) throw new Failure('server', 'the page is OpenMetrics without the line # EOF: it was cut short');
  if (samples > 0 || dropped.bad_line === 0) return;
  // Words of a server's: only such as are surely of this kind.
  const type = /^[\w/+.-]{1,60}(?=\s*(?:;|$))/.exec(contentType)?.[0] ?? 'missing or not readable';
  throw new Failure(
    'server',
    `the page has no sample, and ${dropped.bad_line} lines that are no metrics, line ${firstDropped} first; ` +
      `its Content-Type is ${type}`,
  );
}
