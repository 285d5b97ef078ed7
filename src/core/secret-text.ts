// What the bytes of a file mean that holds a secret: one reading for every file of every room. Pure.

export type FileText =
  | { readonly text: string }
  /** What is wrong, phrased to follow the file's name ("is empty"), and how to fix it; nothing of the text is repeated. */
  | { readonly problem: string; readonly fix: string };

/**
 * UTF-8 without a byte-order mark, and without exactly one final line break.
 * @returns the text, never empty, or what is wrong.
 */
export function readSecretText(bytes: Uint8Array): FileText {
  const read = readPlainText(bytes);
  if ('problem' in read) return read;
  const text = read.text.replace(/\r?\n$/, '');
  if (text === '') return { problem: 'is empty', fix: 'write the value into it' };
  return text.includes('\0') ? { problem: 'holds a zero byte', fix: asUtf8 } : { text };
}

/** The same of a file with lines of its own, such as one of passwords: it may be empty, and keeps its line breaks. */
export function readPlainText(bytes: Uint8Array): FileText {
  const mark = markOf(bytes);
  if (mark !== undefined) return mark;
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }; // drops the byte-order mark
  } catch {
    return { problem: 'is not UTF-8 text', fix: asUtf8 };
  }
}

/** PEM is ASCII; what stands between its blocks may be in any coding. */
export function readPemText(bytes: Uint8Array): FileText {
  const mark = markOf(bytes);
  return mark ?? { text: new TextDecoder('utf-8').decode(bytes) };
}

/**
 * Of a file that a library reads by itself, which takes a byte-order mark for a part of the text.
 * @returns what is wrong and how to fix it, phrased to follow the file's name.
 */
export function problemAsItIs(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    return 'begins with a byte-order mark: save it without a byte-order mark';
  }
  return problemBesideMark(bytes);
}

/** The same where the library drops the mark. */
export function problemBesideMark(bytes: Uint8Array): string | undefined {
  const read = readSecretText(bytes);
  return 'problem' in read ? `${read.problem}: ${read.fix}` : undefined;
}

const asUtf8 = 'save it as UTF-8';

function markOf([first, second]: Uint8Array): FileText | undefined {
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return isUtf16 ? { problem: 'is UTF-16 text', fix: asUtf8 } : undefined;
}
