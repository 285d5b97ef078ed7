// Secrets made up for one test, and the search for any trace of them: whole, coded, or a beginning or end that was left.
import { randomBytes } from 'node:crypto';

export type Planted = {
  /** A new secret, remembered under this name. `around` puts characters between its two halves that get coded. */
  plant(name: string, around?: string): string;
  /** Makes a string of one's own, such as a secret inside another, one to look for. */
  add(name: string, secret: string): string;
  readonly secrets: ReadonlyMap<string, string>;
  /** Names of the secrets of which the text holds a trace, with the form; empty when it is clean. */
  tracesIn(text: string): string[];
};

/** What URLs, JSON, base64 and regular expressions treat in ways of their own. */
const special = '@:/%41+"\\?#&=$ é';
/** So much of a beginning or end is a trace. */
const partLength = 9;

export function createPlanted(): Planted {
  const secrets = new Map<string, string>();
  const forms = new Map<string, readonly (readonly [form: string, text: string])[]>();
  const half = (): string => randomBytes(6).toString('hex');
  const add = (name: string, secret: string): string => {
    secrets.set(name, secret);
    forms.set(name, Object.entries(formsOf(secret)));
    return secret;
  };
  return {
    secrets,
    add,
    plant: (name, around = special) => add(name, half() + around + half()),
    tracesIn: (text) =>
      [...forms].flatMap(([name, ofOne]) =>
        ofOne.filter(([, form]) => text.includes(form)).map(([form]) => `${name} (${form})`),
      ),
  };
}

/** Both halves of a planted secret are plain letters and digits, which no percent-coding or escape changes. */
function formsOf(secret: string): Record<string, string> {
  return {
    beginning: secret.slice(0, partLength),
    end: secret.slice(-partLength),
    ...Object.fromEntries([0, 1, 2].flatMap((place) => inBase64(secret, place))),
  };
}

/** Beginning and end of what the base64 of any text with the secret must hold: it depends on the place, modulo 3. */
function inBase64(secret: string, place: number): [string, string][] {
  const bytes = Buffer.from(secret).subarray(place);
  const coded = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
  return [
    [`beginning in base64, ${place}`, coded.slice(0, partLength)],
    [`end in base64, ${place}`, coded.slice(-partLength)],
  ];
}
