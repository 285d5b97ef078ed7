// The paths with their methods and codes, and whether the token is needed: asked of the app in every state that it can be
// in. What an error says, and the parameters of a query, are found in the source.
import fastify from 'fastify';
import type { Expression } from 'typescript/unstable/ast';
import { isAsExpression, isParenthesizedExpression, isPropertyAccessExpression } from 'typescript/unstable/ast/is';
import type { Checker } from 'typescript/unstable/sync';
import { badRequest, malformed } from '../../src/http/listener.ts';
import { twins } from '../../src/http/twins.ts';
import { createPage, type Page } from '../../src/metrics/page.ts';
import { makeClock, makeEntry, unhealthy, unknown } from '../core/entries.ts';
import { routesOfFeatures } from '../features/every.ts';
import { routesOf } from '../http/routes-of.ts';
import { serve } from '../http/serve.ts';
import { fullRegistry } from './metrics.ts';
import { accessesOf, callsOf, literalsOf, partsOf, type Source } from './source.ts';

type State = {
  readonly entries: Parameters<typeof serve>[0];
  readonly drains: 'no' | 'asked' | 'stopping';
  readonly lateMs: number;
  readonly token: 'right' | 'wrong' | 'none' | 'unreadable';
};
type Method = 'GET' | 'HEAD' | 'POST' | 'DELETE';

const gates = ['ready', 'admit', 'live', 'startup'] as const;
const fresh = { says: unknown, lastResult: undefined, finishedRun: false, everHealthy: false };
const boards: readonly State['entries'][] = [
  [],
  [makeEntry('a', { gates })],
  [makeEntry('a', { gates, says: unhealthy() })],
  [makeEntry('a', { gates, ...fresh })],
];
const lates = [0, 3_600_000];
const states: readonly State[] = [
  ...boards.flatMap((entries) =>
    (['no', 'asked', 'stopping'] as const).flatMap((drains) =>
      lates.map((lateMs) => ({ entries, drains, lateMs, token: 'right' as const })),
    ),
  ),
  ...(['wrong', 'none', 'unreadable'] as const).map((token) => ({
    ...{ entries: boards[1] ?? [], drains: 'no' as const, lateMs: 0, token },
  })),
];

export async function http(source: Source): Promise<readonly string[]> {
  return [...(await routes()), ...(await ofFeatures()), ...spellings, ...errors(source), ...parameters(source)];
}

/** Of the features, with what a token needs for each. */
async function ofFeatures(): Promise<readonly string[]> {
  const found: string[] = [];
  const app = fastify({ exposeHeadRoutes: false })
    .setValidatorCompiler(() => () => true)
    .setSerializerCompiler(() => String);
  app.addHook('onRoute', ({ method, path, config }) => {
    found.push(`(feature) ${String(method)} ${path}: ${config?.access ?? 'write'}`);
  });
  for (const plugin of await routesOfFeatures()) app.register(async (scope) => plugin(scope));
  await app.ready();
  await app.close();
  return found;
}

/** Of the routes, which are listed once. */
const spellings = ['(twin) PATH/: PATH', ...Object.entries(twins).map(([path, other]) => `(twin) ${path}: ${other}`)];

/** A path that there is not, and a method that a path does not take. */
const unknownRoutes = ['GET /nowhere', 'POST /health'];
/** What makes no difference to an asker, or is Node's. */
const leftOut = ['content-length', 'connection', 'date', 'keep-alive', 'transfer-encoding'];

async function routes(): Promise<readonly string[]> {
  const nothing = { bytes: () => new Uint8Array(), stamped: () => new Uint8Array() };
  const page = createPage(fullRegistry(), nothing, makeClock());
  const codes = new Map<string, Set<number>>();
  const guarded = new Set<string>();
  const headers = new Map<string, Set<string>>();
  for (const state of states) {
    const { server, ask, drain } = await inState(state, page);
    for (const route of [...routesOf(server.app.printRoutes({ commonPrefix: false })), ...unknownRoutes]) {
      const [method, path = ''] = route.split(' ') as [Method, string];
      for (const name of path.includes(':name') ? ['a', 'nobody'] : ['']) {
        if (state.drains === 'asked') drain.start();
        const answer = await ask(
          path.replace(':name', name),
          { 'accept-encoding': 'gzip', ...(state.token === 'none' ? {} : { authorization: 'Bearer right' }) },
          method,
        );
        codes.set(route, (codes.get(route) ?? new Set()).add(answer.statusCode));
        if (state.token === 'wrong' && answer.statusCode === 401) guarded.add(route);
        for (const [name, value] of Object.entries(answer.headers)) {
          headers.set(name, (headers.get(name) ?? new Set()).add(String(value)));
        }
      }
    }
  }
  return [
    ...[...codes].map(([route, all]) => `${route}: ${[...all].sort().join(' ')}${guarded.has(route) ? '; token' : ''}`),
    ...[...headers].filter(([name]) => !leftOut.includes(name)).map(([name, values]) => headerLine(name, values)),
  ];
}

/** A value that is another for each request is not shown. */
const headerLine = (name: string, values: ReadonlySet<string>): string =>
  values.size > 10 ? `(header) ${name}` : `(header) ${name}: ${[...values].sort().join(', ')}`;

async function inState({ entries, drains, lateMs, token }: State, page: Page) {
  const tokens = {
    right: () => 'right',
    wrong: () => 'another',
    unreadable: () => {
      throw new Error('no such file');
    },
  };
  const served = serve(entries, {
    late: () => lateMs,
    page,
    ...(token === 'none' ? {} : { token: tokens[token] }),
  });
  if (drains === 'stopping') served.drain.stop();
  await served.server.app.ready();
  return served;
}

/** The word of each error with its code; of what is no request of HTTP too. */
function errors(source: Source): readonly string[] {
  const { checker } = source;
  const sent = callsOf(source, 'sendError').flatMap(({ arguments: [, code, word] }) => pairsOf(checker, code, word));
  const ofParser = [badRequest, ...Object.values(malformed)].map(
    ([status, word]) => `${Number.parseInt(status, 10)} ${word}`,
  );
  return [...sent, ...ofParser].map((pair) => `(error) ${pair}`);
}

/** Where both are properties of one value, as they go together in its type. */
function pairsOf(checker: Checker, code: Expression | undefined, word: Expression | undefined): readonly string[] {
  if (code === undefined || word === undefined) throw new Error('test/surface cannot see the code of an error');
  const words = literalsOf(checker.getTypeAtLocation(word));
  if (words === undefined) throw new Error(`test/surface cannot see which word ${word.getText()} is`);
  const codes = literalsOf(checker.getTypeAtLocation(code)) ?? ['any'];
  if (codes.length === 1) return words.map((one) => `${codes[0]} ${one}`);
  if (!isPropertyAccessExpression(code) || !isPropertyAccessExpression(word))
    throw new Error(`which word has ${codes}?`);
  const value = checker.getTypeAtLocation(code.expression);
  return (value === undefined ? [] : partsOf(value)).map((part) =>
    [code, word]
      .map(({ name }) => checker.getPropertyOfType(part, name.text))
      .map((property) => literalsOf(property && checker.getTypeOfSymbol(property))?.join())
      .join(' '),
  );
}

/** What is taken out of a query. */
const parameters = (source: Source): readonly string[] =>
  accessesOf(source)
    .filter(isPropertyAccessExpression)
    .filter(({ expression }) => bare(expression).getText() === 'request.query')
    .map(({ name }) => `(query) ${name.text}`);

const bare = (expression: Expression): Expression =>
  isParenthesizedExpression(expression) || isAsExpression(expression) ? bare(expression.expression) : expression;
