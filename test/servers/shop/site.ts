// The shop's static files: a page and its style, with ETag and how long they may be kept.
import { createHash } from 'node:crypto';
import type { Answer } from './answer.ts';

const style = 'body { font-family: sans-serif; margin: 2rem auto; max-width: 40rem; }\n';
const index = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>A small shop</title>
    <link rel="stylesheet" href="/style.css">
  </head>
  <body>
    <h1>A small shop</h1>
    <form method="post" action="/login">
      <label>User <input name="user" autocomplete="username"></label>
      <label>Password <input name="password" type="password" autocomplete="current-password"></label>
      <button>Log in</button>
    </form>
  </body>
</html>
`;

type File = { readonly type: string; readonly cache: string; readonly body: string };

const files: Readonly<Record<string, File>> = {
  '/': { type: 'text/html; charset=utf-8', cache: 'no-cache', body: index },
  '/style.css': { type: 'text/css; charset=utf-8', cache: 'public, max-age=3600', body: style },
};

/** The file at a path, or nothing but its headers where the asker has it already; undefined where there is none. */
export function fileAt(path: string, ifNoneMatch: string | undefined): Answer | undefined {
  const file = Object.hasOwn(files, path) ? files[path] : undefined;
  if (file === undefined) return undefined;
  const etag = `"${createHash('sha256').update(file.body).digest('base64url').slice(0, 16)}"`;
  const headers = { etag, 'cache-control': file.cache };
  const known = ifNoneMatch?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  if (known.includes(etag) || known.includes('*')) return { code: 304, headers };
  return { code: 200, headers: { ...headers, 'content-type': file.type }, body: file.body };
}
