// Reads a page as it comes, in pieces cut anywhere, into what is shown of it.
import { type PageReason, pageReasons } from '../settings.ts';
import { createDescribed } from './described.ts';
import { createGroups } from './groups.ts';
import { createMemory, type Memory } from './memory.ts';
import { createNames } from './names.ts';
import { orderedSeries, type Plain, scanPlain } from './plain.ts';
import { readSample } from './sample.ts';
import { type ShownPage, showPage } from './shown.ts';
import { createIndex, createStore } from './store.ts';

/** Of a line, in bytes: a longer one is passed over. */
export const longestLine = 16 * 1024;

/** In place of a number. */
const none = -1;

/** How a page is read. */
export type ReaderOptions = {
  /** In place of the text format. */
  readonly openMetrics: boolean;
  /** Samples that are shown at most, and families that are described. */
  readonly maxSamples: number;
  /** Whether the name of a family is one of ours. */
  readonly taken: (family: string) => boolean;
  /** Of the reader before this one, which is not used any more. */
  readonly memory?: Memory;
};

/** Reads one page from its first byte to its last. */
export interface PageReader {
  /** Takes the bytes that come next: few at a time, since it reads all their lines at once. */
  take(bytes: Uint8Array): void;
  /** The page is over. */
  end(): void;
  /** Lines that are not shown, by the reason. */
  readonly dropped: Readonly<Record<PageReason, number>>;
  /** The number of the first such line. */
  readonly firstDropped: number | undefined;
  /** Samples that are shown. */
  readonly samples: number;
  /** An OpenMetrics page is whole only if it has its last line. */
  readonly complete: boolean;
  /** Asked after the end. Stops after every small step, so that others get their turn. */
  show(): Generator<void, ShownPage>;
}

/** A reader of one page: the next page needs its own. */
export function createPageReader({
  openMetrics,
  maxSamples,
  taken,
  memory = createMemory(),
}: ReaderOptions): PageReader {
  const dropped = Object.fromEntries(pageReasons.map((reason) => [reason, 0])) as Record<PageReason, number>;
  const store = createStore(memory);
  const names = createNames(store);
  const described = createDescribed({ openMetrics, most: maxSamples, names, store });
  const groups = createGroups(memory);
  const plain: Plain = { nameEnd: 0, seriesEnd: 0, ordered: true, oddBound: false };
  /** Of the sample that came last: its name, and the number of it. */
  let group = none;
  let groupName = '';
  /** Lines that follow one another in the piece that is read, and are not in the store yet. */
  const run = { group: none, start: 0, end: 0 };
  /** The piece that is read, and the same as a string. */
  let piece: Uint8Array = new Uint8Array();
  let text = '';
  let firstDropped: number | undefined;
  let lines = 0;
  /** What came of a line that is not over yet. */
  let begun = '';
  /** The rest of a line that is too long is still to come. */
  let passing = false;
  let over = false;

  const drop = (reason: PageReason): void => {
    dropped[reason] += 1;
    firstDropped ??= lines;
  };
  const keepRun = (): void => {
    if (run.group === none) return;
    const from = store.append(piece.subarray(run.start, run.end));
    groups.keep(run.group, from, store.size);
    run.group = none;
  };
  const series = createIndex((at, of, start, end) => {
    if (at >= store.size) keepRun(); // a line of the run
    return store.isOf(at, of, start, end);
  }, memory);
  /**
   * Whether the sample is shown: `group` is then that of its name, and its line is to be kept next.
   * @param of its name and labels are there from `start` to `end`
   */
  const admits = (name: string, oddBound: boolean, of: string, start: number, end: number): boolean => {
    const number = name === groupName ? group : names.find(name, 0, name.length);
    const isKnown = number >= 0 && groups.has(number);
    if (!isKnown && isOurs(name, taken)) drop('reserved');
    else if (series.find(of, start, end) >= 0) drop('duplicate');
    else if (series.size >= maxSamples) drop('too_many');
    else {
      if (!isKnown) keepRun(); // the name goes into the store too
      group = isKnown ? number : names.add(name);
      groupName = name;
      if (!isKnown) groups.add(group);
      if (oddBound) groups.setOdd(group);
      return true;
    }
    return false;
  };
  /** Keeps a line that is written anew. */
  const keepLine = (line: string): void => {
    keepRun();
    series.add(store.size);
    const from = store.append(Buffer.from(line, 'latin1'));
    groups.keep(group, from, store.size);
  };
  const readComment = (line: string): void => {
    if (openMetrics && line === '# EOF') {
      over = true;
      return;
    }
    const read = described.read(line);
    if (read !== true) drop(read === 'full' ? 'too_many' : 'bad_line');
  };
  const readLoose = (line: string): void => {
    if (line === '') return;
    if (line.startsWith('#')) {
      readComment(line);
      return;
    }
    const sample = readSample(line, openMetrics);
    if (sample === undefined) drop('bad_line');
    else if (admits(sample.name, sample.oddBound, sample.series, 0, sample.series.length))
      keepLine(`${sample.series} ${sample.value}\n`);
  };
  const readPlain = (start: number, end: number): void => {
    const { nameEnd, seriesEnd, ordered, oddBound } = plain;
    const isSame = groupName.length === nameEnd - start && text.startsWith(groupName, start);
    const name = isSame ? groupName : text.slice(start, nameEnd);
    if (!ordered) {
      const labelled = orderedSeries(text, start, plain);
      if (labelled === undefined) drop('bad_line');
      else if (admits(name, oddBound, labelled, 0, labelled.length))
        keepLine(labelled + text.slice(seriesEnd, end + 1));
      return;
    }
    if (!admits(name, oddBound, text, start, seriesEnd)) return;
    if (run.group !== group || run.end !== start) {
      keepRun();
      run.group = group;
      run.start = start;
    }
    series.add(store.size + start - run.start);
    run.end = end + 1;
  };
  /** @param end where its line feed is */
  const readLine = (start: number, end: number): void => {
    lines += 1;
    if (start === end) return;
    if (end - start > longestLine) drop('too_long');
    else if (over) drop('bad_line');
    else if (scanPlain(text, start, end, !openMetrics, plain)) readPlain(start, end);
    else {
      keepRun();
      readLoose(text.slice(start, end).replace(/^[ \t]+/, ''));
    }
  };
  const readPiece = (bytes: Uint8Array): void => {
    piece = bytes;
    text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  };
  const hold = (some: string): void => {
    begun += some;
    if (begun.length <= longestLine) return;
    lines += 1;
    drop('too_long');
    begun = '';
    passing = true;
  };

  return {
    take(bytes) {
      readPiece(bytes);
      const first = text.indexOf('\n');
      if (first < 0) {
        if (!passing) hold(text);
        return;
      }
      let start = 0;
      if (passing || begun !== '') {
        const line = begun + text.slice(0, first + 1);
        if (!passing) {
          readPiece(Buffer.from(line, 'latin1'));
          readLine(0, line.length - 1);
          keepRun();
          readPiece(bytes);
        }
        passing = false;
        begun = '';
        start = first + 1;
      }
      for (let end = text.indexOf('\n', start); end >= 0; end = text.indexOf('\n', start)) {
        readLine(start, end);
        start = end + 1;
      }
      keepRun();
      if (start < text.length) hold(text.slice(start));
    },
    end() {
      if (begun === '') return;
      lines += 1;
      if (openMetrics && begun === '# EOF' && !over) over = true;
      else drop('bad_line'); // it may be half a number
      begun = '';
    },
    dropped,
    get firstDropped() {
      return firstDropped;
    },
    get samples() {
      return series.size;
    },
    get complete() {
      return over || !openMetrics;
    },
    show: () => showPage({ groups, names, described, store }, series.size),
  };
}

/** Of a histogram of ours, every name. */
const isOurs = (name: string, taken: (family: string) => boolean): boolean =>
  taken(name) || (/_(?:bucket|sum|count)$/.test(name) && taken(name.slice(0, name.lastIndexOf('_'))));
