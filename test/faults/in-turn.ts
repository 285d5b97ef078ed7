// Tests that run side by side, but for those that want the same.

/** Runs what it is given once everything is over that was given before and wants one of the same. */
export type InTurn = <Given>(wanted: readonly string[], act: () => Promise<Given>) => Promise<Given>;

export function createTurns(): InTurn {
  const ends = new Map<string, Promise<unknown>>();
  return (wanted, act) => {
    const turn = Promise.all(wanted.map((one) => ends.get(one))).then(act);
    const end = turn.catch(() => {}); // of its own failure the test tells
    for (const one of wanted) ends.set(one, end);
    return turn;
  };
}
