// Strings that are kept.

/** A string of its own: a piece that is kept would keep the whole packet that it was cut from. It is well-formed. */
export const copyOf = (text: string): string => Buffer.from(text).toString();
