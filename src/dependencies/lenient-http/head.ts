// The head of an HTTP/1 answer, read as curl reads it, and how its body is framed. Pure.

/** What curl does not take either. */
export class UnreadableHttp extends Error {
  override readonly name = 'UnreadableHttp';
  /** Where it was found. */
  readonly part: 'head' | 'body';
  constructor(message: string, part: 'head' | 'body' = 'head') {
    super(message);
    this.part = part;
  }
}

/** What an answer says of its body, by the names of the headers. */
export type Kept = Readonly<Record<string, string>>;

export type State =
  /** Nothing is expected: what comes is dropped. */
  | { readonly in: 'nothing' }
  | { readonly in: 'head' }
  | { readonly in: 'body'; left: number }
  | { readonly in: 'chunkSize' | 'chunkEnd' | 'trailers' }
  | { readonly in: 'chunk'; left: number }
  /** Until the connection closes, or for ever: after 101 it is another protocol. */
  | { readonly in: 'rest' };

const longestValue = 1024;

/** Where what follows the empty line begins; undefined while there is none. */
export function endOfHead(bytes: Buffer): number | undefined {
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) {
    let next = at + 1;
    while (bytes[next] === 13) next += 1;
    if (bytes[next] === 10) return next + 1;
  }
  return undefined;
}

type Head = {
  readonly line: string;
  readonly status: number;
  readonly framing: State;
  readonly headers: readonly string[];
  readonly kept: Kept;
};

export function readHead(text: string, method: string): Head {
  if (text.includes('\0')) throw new UnreadableHttp('the head of the answer holds a zero byte');
  const [first = '', ...lines] = text.split(/\r*\n/);
  const [, major, minor = '1', digits] = /^HTTP\/([123])(?:\.(\d))?[ \t]+(\d{3})(?:[ \t]|$)/.exec(first) ?? [];
  if (digits === undefined || (major === '1' && minor > '1')) throw new UnreadableHttp('the answer is no HTTP/1');
  const status = Number(digits);
  const fields = fieldsOf(lines);
  const framing = framingOf(status, method, fields);
  const kept = keptOf(fields);
  const version = major === '1' && minor === '0' ? '1.0' : '1.1';
  const headers = [
    ...Object.entries(kept).map(([name, value]) => `${name}: ${value}`),
    ...frameOf(framing, status, method),
  ];
  return { line: `HTTP/${version} ${digits} -`, status, framing, headers, kept };
}

function frameOf(framing: State, status: number, method: string): readonly string[] {
  if (framing.in === 'body') return [`content-length: ${framing.left}`];
  if (framing.in === 'chunkSize') return ['transfer-encoding: chunked'];
  const hasNone = method === 'HEAD' || status === 204 || status === 304;
  return framing.in === 'nothing' && !hasNone ? ['content-length: 0'] : [];
}

/** Headers that say how the body is coded and whether the connection goes on; nobody here reads another. */
function keptOf(fields: readonly Field[]): Kept {
  const all = (name: string): readonly string[] =>
    fields.flatMap((field) => (field.name === name && field.value !== '' ? [field.value] : []));
  const codings = [
    ...all('content-encoding'),
    ...transferCodings(fields).filter((coding) => !/^(chunked|identity)$/i.test(coding)),
  ];
  const found: Record<string, string | undefined> = {
    'content-type': all('content-type').at(-1),
    'content-encoding': codings.join(', '),
    connection: all('connection').join(', '),
    'keep-alive': all('keep-alive').at(-1),
    upgrade: all('upgrade').at(-1),
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, value = '']) =>
      value === '' || value.length > longestValue ? [] : [[name, value]],
    ),
  );
}

const transferCodings = (fields: readonly Field[]): readonly string[] =>
  fields
    .filter(({ name }) => name === 'transfer-encoding')
    .flatMap(({ value }) => value.split(','))
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '');

type Field = { readonly name: string; readonly value: string };

/** Names in lower case; a line that begins with a space goes on with the one before. */
function fieldsOf(lines: readonly string[]): readonly Field[] {
  const whole: string[] = [];
  for (const line of lines.filter((one) => one !== '')) {
    const folded = /^[ \t]/.test(line);
    if (folded && whole.length === 0) throw new UnreadableHttp('the answer has a space before its first header');
    if (folded) whole.push(`${whole.pop()} ${line.trim()}`);
    else whole.push(line);
  }
  return whole.map((line) => {
    const colon = line.indexOf(':');
    if (colon < 0) throw new UnreadableHttp('the answer has a header without a colon');
    const value = line.slice(colon + 1).replace(/[\p{Cc}]+/gu, ' ');
    return { name: line.slice(0, colon).trim().toLowerCase(), value: value.trim() };
  });
}

/** Of several lengths the last counts, as in curl; chunks win over any. */
function framingOf(status: number, method: string, fields: readonly Field[]): State {
  if (status === 101) return { in: 'rest' };
  const lengths = fields.filter(({ name }) => name === 'content-length').map(({ value }) => lengthOf(value));
  if (method === 'HEAD' || status === 204 || status === 304) return { in: 'nothing' };
  if (transferCodings(fields).some((coding) => /^chunked$/i.test(coding))) return { in: 'chunkSize' };
  const length = lengths.at(-1);
  if (length === undefined) return { in: 'rest' };
  return length === 0 ? { in: 'nothing' } : { in: 'body', left: length };
}

function lengthOf(value: string): number {
  const digits = /^\+?(\d+)(?=\s*(?:,|$))/.exec(value)?.[1];
  if (digits === undefined) throw new UnreadableHttp('the answer has a Content-Length that is no number');
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}
