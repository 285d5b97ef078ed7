// The part of JSONPath that names one value: $.a.b, a.b[0], a["any name"]. No wildcards, slices or filters.
// https://www.rfc-editor.org/rfc/rfc9535#name-name-selector

const step = /\.?([A-Za-z_$@][\w$@-]*)|\[(\d+)\]|\[(?:"([^"]*)"|'([^']*)')\]/y;

/** @returns the names and indices to follow, or undefined when the text is no such path. `$` alone is the whole value. */
export function parseJsonPath(text: string): readonly (string | number)[] | undefined {
  const path = text.startsWith('$') && /^\$([.[]|$)/.test(text) ? text.slice(1) : text;
  if (path === '' && text !== '$') return undefined;
  const steps: (string | number)[] = [];
  let place = 0;
  while (place < path.length) {
    step.lastIndex = place;
    const match = step.exec(path);
    if (match === null || (place > 0 && !/[.[]/.test(path[place] ?? ''))) return undefined;
    const [all, name, index, double, single] = match;
    steps.push(index === undefined ? (name ?? double ?? single ?? '') : Number(index));
    place += all.length;
  }
  return steps;
}

/** What the path names in a value; undefined when it is not there. Only own properties count. */
export function valueAt(value: unknown, steps: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of steps) {
    if (current === null || typeof current !== 'object' || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
}
