// What was looked up lately, within bounds: a generation that is full becomes the old one, and what is used comes back.
import { copyOf } from './copy.ts';

/** Longer keys are not kept. */
const longestKey = 1024;
/** Characters of a generation. */
const mostCharacters = 4_194_304;

export interface Recent<Value> {
  get(key: string): Value | undefined;
  put(key: string, value: Value): void;
}

/** @param most keys of a generation */
export function createRecent<Value>(most: number): Recent<Value> {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();
  let characters = 0;
  const put = (key: string, value: Value): void => {
    if (key.length > longestKey) return;
    if (young.size >= most || characters >= mostCharacters) {
      old = young;
      young = new Map();
      characters = 0;
    }
    if (!young.has(key)) characters += key.length;
    young.set(copyOf(key), value);
  };
  return {
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const before = old.get(key);
      if (before !== undefined) put(key, before);
      return before;
    },
    put,
  };
}
