// A value that no log, body or error may show. It prints as [secret] whatever prints it.

/** A token that is rotated every few minutes must not fill the memory: an old value is no secret any more. */
const mostSeen = 16;

/** Where the value comes from: the configuration itself, or a file that is read again at each connect. */
export type SecretSource = { readonly value: string } | { readonly file: string };

/** What its value must be: what is wrong with one, phrased to follow its name ("must have …"), or undefined. */
export type SecretRule = (value: string) => string | undefined;

/**
 * A secret of the configuration. Its value is read with `reveal` of `dependencies/credentials.ts`, which remembers here
 * every value it ever had, so that the redactor knows old passwords too. What it led to is learnt here as well.
 */
export class Secret {
  readonly #source: SecretSource;
  readonly #seen = new Set<string>();
  readonly #learnt = new Set<string>();

  /** What its user will say of a value, such as that it is no URL: a file's can be judged by it beforehand. */
  problemOf: SecretRule | undefined;
  /** Holds for a value from a file too, which is known only when it is read. */
  readonly rule: SecretRule | undefined;

  constructor(source: SecretSource, rule?: SecretRule) {
    this.#source = source;
    this.rule = rule;
    if ('value' in source) this.saw(source.value);
  }
  static of(value: string): Secret {
    return new Secret({ value });
  }
  static fromFile(file: string, rule?: SecretRule): Secret {
    return new Secret({ file }, rule);
  }
  get source(): SecretSource {
    return this.#source;
  }
  /** The values that it was last seen to have, oldest first. */
  get seen(): ReadonlySet<string> {
    return this.#seen;
  }
  /** What the newest of its values is read as; undefined while none that can be read was seen. */
  newest<Read>(read: (value: string) => Read | undefined): Read | undefined {
    const values = [...this.#seen].reverse();
    return values.map(read).find((found) => found !== undefined);
  }
  /** Everything that the redactor looks for. */
  get known(): readonly string[] {
    return [...this.#seen, ...this.#learnt];
  }
  /** It has this value now. */
  saw(value: string): void {
    remember(this.#seen, value);
  }
  /**
   * The one way by which a secret that appears only at run time becomes known to the redactor: a token that was signed, or
   * a password that stands inside this secret, or in a file that it names.
   */
  learn(value: string): void {
    remember(this.#learnt, value);
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

function remember(values: Set<string>, value: string): void {
  if (value === '') return;
  values.delete(value); // the newest are last
  values.add(value);
  const [oldest] = values;
  if (values.size > mostSeen && oldest !== undefined) values.delete(oldest);
}
