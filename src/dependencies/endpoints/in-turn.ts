// Tries several ways to a server in turn, each with its share of the time: a silent one does not use up the time of all.
// Which ways there are, in which order, and what a failure means is the type's own.

/** @typeParam Way such as an address, or a socket to log in over. */
export type Turns<Way, Result> = {
  /** The way that is tried next; undefined when none is left. @throws what ends the search. */
  next(): Way | undefined | Promise<Way | undefined>;
  run(way: Way): Promise<Result>;
  /** Asked when its turn begins, in milliseconds; undefined: it has as long as it takes. */
  shareMs(way: Way): number | undefined;
  /** Its share is used up. @returns the error of a way that is given up; undefined: it goes on, beside the next. */
  late(way: Way, shareMs: number): Error | undefined;
  /** @throws what ends the search; else the next way is tried. */
  failed(way: Way, error: unknown): void;
  /** What is thrown when each has failed. */
  summary(): unknown;
};

/** What becomes of a way. */
type News<Way, Result> = { readonly way: Way } & (
  | { readonly value: Result }
  | { readonly error: unknown }
  | { readonly lateMs: number }
);

/** @returns what the first way gives that succeeds; the caller ends those that are still under way. */
export async function inTurn<Way, Result>(turns: Turns<Way, Result>): Promise<Result> {
  const underway = new Map<Way, Promise<News<Way, Result>>>();
  for (;;) {
    const way = await turns.next();
    const share = way === undefined ? undefined : startShare(way, turns.shareMs(way));
    if (way !== undefined) underway.set(way, run(turns, way));
    try {
      while (underway.size > 0) {
        const news = await Promise.race([...underway.values(), ...(share === undefined ? [] : [share.over])]);
        if ('value' in news) return news.value;
        const error = 'error' in news ? news.error : turns.late(news.way, news.lateMs);
        if ('error' in news || error !== undefined) {
          underway.delete(news.way);
          turns.failed(news.way, error);
        }
        if (news.way === way) break;
      }
    } finally {
      share?.stop();
    }
    if (way === undefined) throw turns.summary();
  }
}

async function run<Way, Result>(turns: Turns<Way, Result>, way: Way): Promise<News<Way, Result>> {
  try {
    return { way, value: await turns.run(way) };
  } catch (error) {
    return { way, error };
  }
}

function startShare<Way>(way: Way, lateMs: number | undefined) {
  const { promise: over, resolve } = Promise.withResolvers<{ readonly way: Way; readonly lateMs: number }>();
  const timer = lateMs === undefined ? undefined : setTimeout(() => resolve({ way, lateMs }), lateMs);
  return { over, stop: () => clearTimeout(timer) };
}
