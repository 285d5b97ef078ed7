// Modules that packages import and that never run here: an empty one takes their place in the bundle.
// Each would be read, compiled and kept in memory by every sidecar.

import { isBuiltin } from 'node:module';

/** What is asked for, and in which package. */
const leftOut = [
  // The Elasticsearch client is given HttpConnection: undici is 540 kB, and takes 6 MB of memory.
  { asked: /^undici$/, within: '/@elastic/transport/' },
  // src/http/compilers.ts takes the place of both.
  { asked: /^@fastify\/(ajv-compiler|fast-json-stringify-compiler)$/, within: '/fastify/' },
  // Behind app.inject(), which only tests call.
  { asked: /^light-my-request$/, within: '/fastify/' },
  // The messages of zod in other languages than English, which has a file of its own.
  { asked: /^\.\.\/locales\/index\.js$/, within: '/zod/v4/' },
];

/** An esbuild plugin. https://esbuild.github.io/plugins/ */
export const leaveOut = {
  name: 'leave-out',
  setup(build) {
    for (const { asked, within } of leftOut) {
      build.onResolve({ filter: asked }, ({ path, importer }) =>
        importer.includes(`/node_modules${within}`) ? { path, namespace: 'left-out', sideEffects: false } : undefined,
      );
    }
    // `import` reads everything that a module of Node exports, WebSocket, Web Crypto and web streams too, which Node only
    // then loads: 60 ms of the start. Asked for like this, what is not used is not loaded.
    // https://github.com/nodejs/node/issues/59686
    build.onResolve({ filter: /^[a-z]|^node:/ }, ({ kind, path }) =>
      kind === 'import-statement' && isBuiltin(path) ? { path, namespace: 'as-it-is', sideEffects: false } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'as-it-is' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: 'js',
    }));
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};
