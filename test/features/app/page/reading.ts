// Reads pages of the tests, cut as they say.
import { createPageReader, type ReaderOptions } from '../../../../src/features/app/page/reader.ts';

export type Options = Partial<ReaderOptions> & {
  /** Lengths of the pieces, over and over; all at once unless given. */
  readonly pieces?: readonly number[];
};

export const isOurs = (name: string): boolean => name.startsWith('sidewarden_') || name === 'pg_up';

/** Takes what the reader takes. */
export function readPage(page: string | Uint8Array, { pieces = [], ...given }: Options = {}) {
  const bytes = typeof page === 'string' ? Buffer.from(page) : page;
  const reader = createPageReader({ openMetrics: false, maxSamples: 1000, taken: isOurs, ...given });
  for (let at = 0, piece = 0; at < bytes.length; piece += 1) {
    const length = Math.max(1, pieces[piece % pieces.length] ?? bytes.length);
    reader.take(bytes.subarray(at, at + length));
    at += length;
  }
  reader.end();
  const steps = reader.show();
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  const { parts, names, samples } = step.value;
  const shown = Buffer.concat(parts);
  const dropped = Object.fromEntries(Object.entries(reader.dropped).filter(([, count]) => count > 0));
  const { firstDropped, complete } = reader;
  return { bytes: shown, text: shown.toString(), parts, names, samples, dropped, firstDropped, complete };
}
