// Which answers to `init` may hold a secret, and so stay out of the file that it writes.

/** Scheme, host, port and a path of plain words: no place is left for a user, a password or a parameter. */
const bareUrl = /^[a-z]+:\/\/[\w.:[\]-]*(\/[\w.-]*)*$/i;

/**
 * Whether a string may hold a secret. It plainly holds none when it is a bare URL, or nothing that separates a name from its
 * value or a user from a host: keywords (`password=…`) and what has an @ or a scheme are never sure.
 */
export const mayBeSecret = (text: string): boolean => !bareUrl.test(text) && /=|:\/\/|@/.test(text);
