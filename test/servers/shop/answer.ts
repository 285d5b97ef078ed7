// What the shop is asked and what it answers, apart from the connection.

export type Headers = Readonly<Record<string, string>>;

export type Question = {
  readonly method: string;
  /** Without what follows a question mark. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
};

export type Answer = { readonly code: number; readonly headers?: Headers; readonly body?: string };

export const json = (code: number, value: unknown, headers: Headers = {}): Answer => ({
  ...{ code, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body: JSON.stringify(value) },
});

/** The body as JSON, or undefined. */
export function read(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
