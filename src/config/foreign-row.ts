// One row of the words of other tools.

/** Words that mean the same, and what is right here. */
export type Row = {
  /** Spelt without `-`, `_` and capitals. */
  readonly words: readonly string[];
  /** Where it is meant; both unless said. */
  readonly where?: 'top' | 'check';
  /** Only said where this key exists. */
  readonly key?: string;
  readonly fix: string | ((value: unknown) => string);
};
