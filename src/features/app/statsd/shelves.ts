// The page in parts that stay the same bytes until what they say changes: metrics stand on shelves, their series in blocks.
import { headerOf, numberOf } from '../../../core/exposition.ts';
import { createPause } from '../../pause.ts';
import { type Block, hasNameIn, type Metric, type Part, type Series, type Shelf } from './metric.ts';
import { loopNow } from './turns.ts';

/** Lines: one changed series costs that all of its block are rendered again. */
const blockLines = 256;
/** Lines for which a shelf is made. A metric that grows stays where it is. */
const shelfLines = 512;
/** Characters at which a part is full. */
const partCharacters = 65_536;

export interface Shelves {
  /** For a metric whose series have so many lines. */
  shelfFor(height: number): Shelf;
  /** Where one more series of the metric has room. */
  blockFor(metric: Metric): Block;
  /** The series is on the page no more. */
  removed(series: Series): void;
  drop(metric: Metric): void;
  /** Renders series that changed, so that the next scrape finds them done. It leaves the loop to others in between. */
  renderAhead(signal: AbortSignal): Promise<void>;
  /** @param hidden names of samples: metrics that have one of them are left out */
  parts(hidden: ReadonlySet<string>): readonly Uint8Array[];
}

/** @returns where metrics stand on the page; none yet. */
export function createShelves(): Shelves {
  const shelves = new Set<Shelf>();
  let newest: { readonly shelf: Shelf; lines: number } | undefined;
  return {
    shelfFor(height) {
      if (newest === undefined || newest.lines + height > shelfLines || !shelves.has(newest.shelf)) {
        const shelf: Shelf = { metrics: new Set(), stale: [], changed: true, parts: [], hidden: '' };
        shelves.add(shelf);
        newest = { shelf, lines: 0 };
      }
      newest.lines += height;
      return newest.shelf;
    },
    blockFor({ blocks, height }) {
      const room = Math.max(1, Math.floor(blockLines / height));
      const last = blocks.at(-1);
      if (last !== undefined && last.series.size < room) return last;
      const block: Block = { series: new Set(), text: undefined };
      blocks.push(block);
      return block;
    },
    removed(series) {
      const { block, metric } = series;
      block.series.delete(series);
      if (block.series.size === 0) metric.blocks.splice(metric.blocks.indexOf(block), 1);
    },
    drop(metric) {
      const { shelf } = metric;
      shelf.metrics.delete(metric);
      shelf.changed = true;
      if (shelf.metrics.size === 0) shelves.delete(shelf);
    },
    async renderAhead(signal) {
      const pause = createPause(loopNow);
      for (const { stale } of shelves)
        for (let one = stale.pop(); one !== undefined; one = stale.pop()) {
          one.text ??= textOf(one);
          const turn = pause();
          if (turn === undefined) continue;
          await turn;
          if (signal.aborted) return;
        }
    },
    parts(hidden) {
      const all: Uint8Array[] = [];
      for (const shelf of shelves) {
        const left = hiddenOf(shelf, hidden);
        if (shelf.changed || left !== shelf.hidden) {
          shelf.stale.length = 0; // they are rendered now
          shelf.parts = partsOf(textsOf(shelf, hidden), shelf.parts);
          shelf.hidden = left;
          shelf.changed = false;
        }
        for (const { bytes } of shelf.parts) all.push(bytes);
      }
      return all;
    },
  };
}

/** The hidden of a shelf as a string that is compared. */
function hiddenOf({ metrics }: Shelf, hidden: ReadonlySet<string>): string {
  if (hidden.size === 0) return '';
  let text = '';
  for (const metric of metrics) if (hasNameIn(metric, hidden)) text += `${metric.name} `;
  return text;
}

function textsOf({ metrics }: Shelf, hidden: ReadonlySet<string>): string[] {
  const texts: string[] = [];
  for (const metric of metrics) {
    if (metric.series.size === 0 || metric.hidden || hasNameIn(metric, hidden)) continue;
    texts.push(`${headerOf({ ...metric, labels: [] })}\n`);
    for (const block of metric.blocks) {
      block.text ??= joined(block);
      texts.push(block.text);
    }
  }
  return texts;
}

/** @param before what says the same stays the same object */
function partsOf(texts: readonly string[], before: readonly Part[]): readonly Part[] {
  const parts: Part[] = [];
  let some: string[] = [];
  let characters = 0;
  const end = (): void => {
    const kept = before[parts.length];
    const same = kept?.texts.length === some.length && some.every((text, at) => text === kept.texts[at]);
    parts.push(same ? (kept as Part) : { texts: some, bytes: encoder.encode(some.join('')) });
    some = [];
    characters = 0;
  };
  for (const text of texts) {
    some.push(text);
    characters += text.length;
    if (characters >= partCharacters) end();
  }
  if (some.length > 0) end();
  return parts;
}

const encoder = new TextEncoder();

function joined({ series }: Block): string {
  const pieces: string[] = [];
  for (const one of series) {
    one.text ??= textOf(one);
    pieces.push(one.head, one.text);
  }
  return pieces.join('');
}

/** Without the head. */
function textOf(series: Series): string {
  const { metric, members, value } = series;
  if (metric.type === 'histogram') return histogramOf(metric.name, metric.buckets, series);
  return `${members === undefined ? numberOf(value) : members.size}\n`;
}

function histogramOf(name: string, buckets: readonly number[], { labels, counts, value }: Series): string {
  const begin = labels === '' ? `${name}_bucket{le="` : `${name}_bucket{${labels},le="`;
  const set = labels === '' ? '' : `{${labels}}`;
  const lines: string[] = []; // a string in one piece, as the heads
  let count = 0;
  for (let at = 0; at <= buckets.length; at += 1) {
    count += counts?.[at] ?? 0;
    const bound = buckets[at];
    lines.push(begin, bound === undefined ? '+Inf' : String(bound), `"} ${numberOf(count)}\n`);
  }
  lines.push(`${name}_sum${set} ${numberOf(value)}\n${name}_count${set} ${numberOf(count)}\n`);
  return lines.join('');
}
