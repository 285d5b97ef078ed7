// What the bundle does without: modules that packages import and that never run here, in whose place an empty one stands,
// and what Node's modules export and nobody names. Each would be read, compiled and kept in memory by every sidecar.

import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';

/** What is asked for, and in which package. */
const leftOut = [
  // The Elasticsearch client is given HttpConnection: undici is 540 kB, and takes 6 MB of memory.
  { asked: /^undici$/, within: '/@elastic/transport/' },
  // src/http/compilers.ts takes the place of both.
  { asked: /^@fastify\/(ajv-compiler|fast-json-stringify-compiler)$/, within: '/fastify/' },
  // Fastify's other protocol, the addresses of trusted proxies, and the versions that plugins ask for: 20 ms of the start.
  { asked: /^(node:http2|@fastify\/proxy-addr|semver)$/, within: '/fastify/' },
  // Behind app.inject(), which only tests call.
  { asked: /^light-my-request$/, within: '/fastify/' },
  // pino's writers in threads, and the quantiles of prom-client's summaries.
  { asked: /^\.\/(lib\/)?transport$/, within: '/pino/' },
  { asked: /^tdigest$/, within: '/prom-client/' },
  // The messages of zod in other languages than English, which has a file of its own.
  { asked: /^\.\.\/locales\/index\.js$/, within: '/zod/v4/' },
];

/**
 * `import` reads everything that a module of Node exports, WebSocket and Web Crypto too, which Node only then loads: 60 ms
 * of the start. Of an object only what is named is read. https://github.com/nodejs/node/issues/59686
 */
const importOfNode =
  /^import (?!type )(?:(\w+)|\* as (\w+)|\{([^}]*)\}) from ['"]((?:node:)?[a-z_]+(?:\/[a-z]+)?)['"];?$/gm;

function asItIs(statement, whole, namespace, names, module) {
  if (!isBuiltin(module)) return statement;
  if (/\bdefault as\b/.test(names)) throw new Error(`cannot be asked for as an object: ${statement}`);
  const values = names?.split(',').filter((name) => name.trim() !== '' && !/^\s*type /.test(name));
  const target = whole ?? namespace ?? `{${values.map((name) => name.replace(/ as /, ': ')).join(',')}}`;
  return `const ${target} = globalThis.process.getBuiltinModule('${module}');`;
}

/** An esbuild plugin. https://esbuild.github.io/plugins/ */
export const leaveOut = {
  name: 'leave-out',
  setup(build) {
    for (const { asked, within } of leftOut) {
      build.onResolve({ filter: asked }, ({ path, importer }) =>
        importer.includes(`/node_modules${within}`) ? { path, namespace: 'left-out', sideEffects: false } : undefined,
      );
    }
    build.onLoad({ filter: /\.m?[jt]s$/, namespace: 'file' }, ({ path }) => {
      const contents = readFileSync(path, 'utf8').replace(importOfNode, asItIs);
      return { contents, loader: path.endsWith('ts') ? 'ts' : 'js' };
    });
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};
