// A value that no log, body or error may show. It prints as [secret] whatever prints it.

/** Where the value comes from: the configuration itself, or a file that is read again at each connect. */
export type SecretSource = { readonly value: string } | { readonly file: string };

/**
 * A secret of the configuration. Its value is read with `reveal` of `dependencies/credentials.ts`, which remembers here
 * every value it ever had, so that the redactor knows old passwords too.
 */
export class Secret {
  readonly #source: SecretSource;
  readonly #seen = new Set<string>();

  constructor(source: SecretSource) {
    this.#source = source;
    if ('value' in source) this.saw(source.value);
  }
  static of(value: string): Secret {
    return new Secret({ value });
  }
  static fromFile(file: string): Secret {
    return new Secret({ file });
  }
  get source(): SecretSource {
    return this.#source;
  }
  /** Every value it was seen to have. */
  get seen(): ReadonlySet<string> {
    return this.#seen;
  }
  saw(value: string): void {
    if (value !== '') this.#seen.add(value);
  }
  toString(): string {
    return '[secret]';
  }
  toJSON(): string {
    return '[secret]';
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}
