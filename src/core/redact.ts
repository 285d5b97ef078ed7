// Removes every known secret, in the forms in which clients print them, from a text.
import { Secret } from './secret.ts';

export type Redact = (text: string) => string;

/** The forms in which one secret value can turn up: as it is, parts of a URL, percent-coded, base64 of user:password. */
function formsOf(value: string): string[] {
  const forms = [value];
  if (URL.canParse(value)) {
    const { username, password, searchParams } = new URL(value);
    if (password !== '') {
      const user = decode(username);
      const plain = decode(password);
      forms.push(password, plain, encodeURIComponent(plain), base64(`${user}:${plain}`), base64(plain));
    }
    for (const [, parameter] of searchParams)
      if (parameter.length >= 6) forms.push(parameter, encodeURIComponent(parameter));
  } else {
    forms.push(encodeURIComponent(value), base64(value));
  }
  return forms;
}

/** As it stands between the quotes of a JSON text. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % in a password is legal for some clients: then the raw form is all there is
  }
}

/** A form shorter than this is replaced only where it stands alone: a header value `a` must not garble every word. */
const shortest = 4;

function patternOf(form: string): RegExp {
  const literal = form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return new RegExp(form.length < shortest ? `(?<![A-Za-z0-9])${literal}(?![A-Za-z0-9])` : literal, 'g');
}

/**
 * @param secrets read at each call, so that a value that a file had only later is known too.
 * @returns a function that replaces every form of every secret by `***`, the longest first.
 */
export function createRedactor(secrets: () => Iterable<Secret>): Redact {
  let known = '';
  let forms: readonly RegExp[] = [];
  return (text) => {
    const values = [...secrets()].flatMap((secret) => [...secret.seen]);
    const key = values.join('\u0000');
    if (key !== known) {
      known = key;
      const plain = values.flatMap(formsOf).filter((form) => form !== '');
      forms = [...new Set([...plain, ...plain.map(inJson)])].sort((a, b) => b.length - a.length).map(patternOf);
    }
    return forms.reduce((redacted, form) => redacted.replaceAll(form, '***'), text);
  };
}

/** Every Secret anywhere inside a parsed configuration. */
export function secretsOf(value: unknown): Secret[] {
  if (value === null || typeof value !== 'object') return [];
  return value instanceof Secret ? [value] : Object.values(value).flatMap(secretsOf);
}
