// What was acquired is released last-in first-out, all of it, whatever fails on the way.

export interface Releasers {
  add(release: () => void | Promise<void>): void;
  /** Releases everything once; a second call waits for the first. @throws the first error, after all are released. */
  release(): Promise<void>;
}

export function createReleasers(): Releasers {
  const acquired: (() => void | Promise<void>)[] = [];
  let done: Promise<void> | undefined;
  const releaseAll = async (): Promise<void> => {
    const errors: unknown[] = [];
    for (let release = acquired.pop(); release !== undefined; release = acquired.pop()) {
      try {
        await release();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  };
  return {
    add: (release) => void acquired.push(release),
    release() {
      done ??= releaseAll();
      return done;
    },
  };
}
