// What of a written value may be shown in a message.
import type { Path } from './places.ts';

const sensitiveWord = /pass|secret|token|credential|api_?key|authorization|cookie|private|headers|body|dsn/i;

/** Whether the name of a field alone says that its value may be a secret. */
export const namesSecret = (path: Path): boolean =>
  path.some((part) => typeof part === 'string' && sensitiveWord.test(part));

/** What is longer is not shown: the credentials in it would take long to find. */
const longestShown = 200;

/** One line of at most 60 characters, in backquotes, without the credentials of URLs and of keywords (`password=…`). */
export function quote(raw: string): string {
  if (raw.length > longestShown) return '`…`';
  const line = raw
    .replace(/\s+/g, ' ')
    .replace(/\/\/[^\s]*@/g, '//***@')
    .replace(/[^\s/"'`@:]+:(?!\/\/)[^\s@]*@/g, '***@')
    .replace(/([?&][^=&\s]*(?:pass|secret|token|key|auth|sig)[^=&\s]*=)[^&\s]*/gi, '$1***')
    .replace(/(^|\s)(\w*(?:pass|secret|token|key)\w* ?= ?)(?:'(?:[^'\\]|\\.)*'?|\S+)/gi, '$1$2***');
  return `\`${plainText(line.length > 60 ? `${line.slice(0, 57)}…` : line)}\``;
}

/** Without control characters, which a terminal would obey. */
export const plainText = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�');

/** A key as written, cut before what may be a value whose space after the colon was forgotten (`password:abc`). */
export function keyText(key: string): { readonly text: string; readonly glued: boolean } {
  const word = /^[\w.<$-]{1,64}/.exec(key)?.[0] ?? '';
  return { text: word === '' ? '…' : word, glued: /^[\w.-]+[:=]/.test(key) };
}

/** What stands in print-config's output for a token, which nobody may use as one: everybody can read it here. */
export const shownToken = '[secret-of-the-token]';

/** Whether a value is what print-config writes in place of a secret. */
export const isPlaceholder = (value: string): boolean =>
  value === '[secret]' || value === shownToken || /:\/\/(?:\*{3}(?::\*{3})?|:\*{3})@/.test(value);
