// What lives follows what is wanted: the same goes on untouched; what is gone or changed ends, and then the new begins.

export type ReconcilerOptions<Wanted, Member> = {
  nameOf(wanted: Wanted): string;
  /** Whether the one that lives by the first goes on by the second. */
  same(one: Wanted, other: Wanted): boolean;
  begin(wanted: Wanted): Member;
  end(member: Member): void;
};

export interface Reconciler<Wanted, Member> {
  /** The names of those that would begin, change or end. */
  changes(wanted: readonly Wanted[]): readonly string[];
  /** @returns those names. */
  replace(wanted: readonly Wanted[]): readonly string[];
  get(name: string): Member | undefined;
  all(): readonly Member[];
}

export function createReconciler<Wanted, Member>(
  options: ReconcilerOptions<Wanted, Member>,
): Reconciler<Wanted, Member> {
  const { nameOf, same, begin, end } = options;
  let members: ReadonlyMap<string, { readonly wanted: Wanted; readonly member: Member }> = new Map();
  const living = (wanted: Wanted) => {
    const known = members.get(nameOf(wanted));
    return known !== undefined && same(known.wanted, wanted) ? known : undefined;
  };
  const changes = (wanted: readonly Wanted[]): readonly string[] => {
    const names = new Set(wanted.map(nameOf));
    const gone = [...members.keys()].filter((name) => !names.has(name));
    return [...gone, ...wanted.filter((one) => living(one) === undefined).map(nameOf)];
  };
  return {
    changes,
    replace(wanted) {
      const changed = changes(wanted);
      const kept = new Map(wanted.map((one) => [nameOf(one), living(one)]));
      for (const [name, { member }] of members) if (kept.get(name) === undefined) end(member);
      members = new Map(
        wanted.map((one) => [nameOf(one), kept.get(nameOf(one)) ?? { wanted: one, member: begin(one) }]),
      );
      return changed;
    },
    get: (name) => members.get(name)?.member,
    all: () => [...members.values()].map(({ member }) => member),
  };
}
