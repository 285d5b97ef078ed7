// How to fix a URL that is refused, without a word of it: any part may be a password.

/** @returns what to change; undefined where the problem says all there is to say. */
export function urlFix(text: string, problem: string): string | undefined {
  if (problem.includes('in a user or password'))
    return 'escape it so, or write the password as `password` or `password_file`, which need no escapes';
  if (problem.startsWith('is a path alone') && text.startsWith('/'))
    return 'write `http://127.0.0.1:8080` before it, with the port of what answers, or `socket` for the path of a socket';
  const [, scheme] = /^must be a URL that begins with (\w+:\/\/)/.exec(problem) ?? [];
  if (scheme === undefined) return undefined;
  if (/^jdbc:/i.test(text)) return `leave out \`jdbc:\`, so that it begins with \`${scheme}\``;
  if (/^[a-z]+\+[\w-]+:\/\//i.test(text))
    return `leave out the driver (\`+\` and its name), so that it begins with \`${scheme}\``;
  return /^[\w.-]+(:\d{1,5})?(\/\S*)?$/.test(text) ? `write \`${scheme}\` before it` : undefined;
}
