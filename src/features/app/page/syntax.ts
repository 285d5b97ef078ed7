// Words of the two text formats: numbers, names, and what stands between quotes. A string has a character for each byte.

import { isUtf8 } from 'node:buffer';
import { decimal } from '../../../core/decimal.ts';

const special = /^(?:[+-]?inf(?:inity)?|nan)$/i;

/** Whether Prometheus reads it as a value: it refuses a number that is too large. */
export const isFloat = (text: string): boolean =>
  decimal.test(text) ? Number.isFinite(Number(text)) : special.test(text);

/** Whether Prometheus takes it: its lexer reads no NUL in most places, and a line that is no UTF-8 costs the scrape. */
export function isText(text: string): boolean {
  let isAscii = true;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0) return false;
    if (code > 0x7f) isAscii = false;
  }
  return isAscii || isUtf8(Buffer.from(text, 'latin1'));
}

/**
 * A name as the escaping `underscores` writes it: https://prometheus.io/docs/instrumenting/escaping_schemes/
 * @param text of UTF-8
 */
export function underscored(text: string): string {
  const characters = [...Buffer.from(text, 'latin1').toString()]; // each one, however many bytes it has
  return characters.map((one, at) => ((at === 0 ? /[a-zA-Z_:]/ : /[\w:]/).test(one) ? one : '_')).join('');
}

/** What an escaped text means. A backslash before another character is one, as Prometheus reads it. */
const unescaped = (text: string): string =>
  text.includes('\\') ? text.replace(/\\([\\"n])/g, (_, one: string) => (one === 'n' ? '\n' : one)) : text;

/** The same of a help: in the text format a quote is not escaped there. */
export const unescapedHelp = (text: string, openMetrics: boolean): string =>
  openMetrics ? unescaped(text) : text.replace(/\\([\\n])/g, (_, one: string) => (one === 'n' ? '\n' : one));

/** Reads a line from left to right. */
export interface Scanner {
  /** Passes over spaces and tabs. @returns whether there was one */
  spaces(): boolean;
  /** @param character taken if it comes next */
  eat(character: string): boolean;
  /** @param word a sticky expression; undefined when what comes next is not one */
  take(word: RegExp): string | undefined;
  /** What stands between quotes, unescaped; undefined when no such thing comes next. */
  quoted(): string | undefined;
  /** What is not read yet. */
  rest(): string;
}

/** Begins at the first character. */
export function createScanner(line: string): Scanner {
  let at = 0;
  return {
    spaces() {
      const from = at;
      while (line[at] === ' ' || line[at] === '\t') at += 1;
      return at > from;
    },
    eat(character) {
      if (line[at] !== character) return false;
      at += 1;
      return true;
    },
    take(word) {
      const from = at;
      word.lastIndex = from;
      if (!word.test(line)) return undefined;
      at = word.lastIndex;
      return line.slice(from, at);
    },
    quoted() {
      if (line[at] !== '"') return undefined;
      let end = at + 1;
      while (end < line.length && line[end] !== '"') end += line[end] === '\\' ? 2 : 1;
      if (end >= line.length) return undefined;
      const text = unescaped(line.slice(at + 1, end));
      at = end + 1;
      return text;
    },
    rest: () => line.slice(at),
  };
}

/** For `take`. */
export const words = {
  metric: /[a-zA-Z_:][\w:]*/y,
  label: /[a-zA-Z_]\w*/y,
  value: /[^ \t]+/y,
  time: /[^ \t#][^ \t]*/y,
} as const;
