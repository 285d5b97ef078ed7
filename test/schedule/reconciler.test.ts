// What lives follows what is wanted, whatever came before.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createReconciler } from '../../src/schedule/reconciler.ts';

type Wanted = { readonly name: string; readonly value: number };

/** Members that know whether they live; one that begins while its name lives would be seen. */
function reconciler() {
  const live = new Map<string, Wanted>();
  const begun: string[] = [];
  const made = createReconciler<Wanted, Wanted>({
    nameOf: ({ name }) => name,
    same: (one, other) => one.value === other.value,
    begin(wanted) {
      expect(live.has(wanted.name)).toBe(false);
      live.set(wanted.name, wanted);
      begun.push(wanted.name);
      return wanted;
    },
    end: ({ name }) => expect(live.delete(name)).toBe(true),
  });
  return { made, live, begun };
}

const wanted = fc
  .array(fc.record({ name: fc.constantFrom('a', 'b', 'c'), value: fc.integer({ min: 0, max: 2 }) }))
  .map((all) => [...new Map(all.map((one) => [one.name, one])).values()]);

test('lives what is wanted, and only what is new or changed begins', () => {
  fc.assert(
    fc.property(fc.array(wanted), (steps) => {
      const { made, live, begun } = reconciler();
      let before: readonly Wanted[] = [];
      for (const step of steps) {
        const kept = step.filter((one) => before.some((old) => old.name === one.name && old.value === one.value));
        const changes = made.changes(step);
        begun.length = 0;
        expect(made.replace(step)).toEqual(changes);
        expect([...live.values()].toSorted(byName)).toEqual(step.toSorted(byName));
        expect(made.all()).toEqual(step);
        expect(begun.toSorted()).toEqual(
          step
            .filter((one) => !kept.includes(one))
            .map(({ name }) => name)
            .toSorted(),
        );
        const gone = before.filter(({ name }) => !step.some((one) => one.name === name)).map(({ name }) => name);
        expect(changes.toSorted()).toEqual([...gone, ...begun].toSorted());
        expect(made.changes(step)).toEqual([]);
        for (const one of step) expect(made.get(one.name)).toEqual(one);
        before = step;
      }
    }),
  );
});

const byName = (one: Wanted, other: Wanted): number => one.name.localeCompare(other.name);
