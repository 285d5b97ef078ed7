// Where each value of the configuration was written: a line of the file, a variable or a flag.

export type Path = readonly (string | number)[];
export type Position = { readonly line: number; readonly column: number };

export type Place = {
  readonly file?: string;
  /** The variable or flag, when it was not the file. */
  readonly variable?: string;
  readonly key?: Position;
  readonly value?: Position;
  /** A scalar exactly as it was written, before any substitution. */
  readonly raw?: string;
};

export interface Places {
  set(path: Path, place: Place): void;
  get(path: Path): Place | undefined;
  /** The place of a path, or of the nearest thing around it. */
  find(path: Path): { readonly place?: Place; readonly exact: boolean };
}

export function createPlaces(): Places {
  const places = new Map<string, Place>();
  const get = (path: Path): Place | undefined => places.get(JSON.stringify(path));
  return {
    get,
    set(path, place) {
      places.set(JSON.stringify(path), place);
    },
    find(path) {
      for (let length = path.length; length >= 0; length -= 1) {
        const place = get(path.slice(0, length));
        if (place !== undefined) return { place, exact: length === path.length };
      }
      return { exact: false };
    },
  };
}
