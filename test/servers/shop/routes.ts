// Which question the shop answers how, whom it lets ask from other origins, and what is recorded of each.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, type Headers, json, type Question, read } from './answer.ts';
import { type Faults, take } from './faults.ts';
import { createLogin, type LoginOptions } from './login.ts';
import type { Random } from './random.ts';
import { createShop } from './shop.ts';
import { fileAt } from './site.ts';

const mostBody = 64 * 1024;

export type RoutesOptions = LoginOptions & {
  /** The one that may ask /api from another origin. */
  readonly origin: string;
  readonly faults: Faults;
  readonly random: Random;
  readonly metrics: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
};

type Routed = { readonly route: string; readonly answer: () => Answer };

export function createRoutes({ origin, faults, random, metrics, ...options }: RoutesOptions): RequestListener {
  const { record } = options;
  const [login, shop] = [createLogin(options), createShop(record)];
  let inFlight = 0;

  const forUser = (question: Question, answer: (user: string) => Answer): Answer => {
    const user = login.userOf(question);
    return user === undefined ? json(401, { error: 'log in first' }) : answer(user);
  };

  function routed(question: Question): Routed | undefined {
    const { method, path } = question;
    const [, order] = /^\/api\/orders\/(\d+)$/.exec(path) ?? [];
    if (order !== undefined && method === 'GET') {
      return { route: '/api/orders/:id', answer: () => forUser(question, (user) => shop.order(user, order)) };
    }
    const answers: Readonly<Record<string, () => Answer>> = {
      'POST /login': () => login.logIn(question),
      'POST /logout': () => login.logOut(question),
      'GET /account': () => forUser(question, (user) => json(200, { user })),
      'GET /api/products': () => shop.products(),
      'GET /api/orders': () => forUser(question, (user) => shop.orders(user)),
      'POST /api/checkout': () => forUser(question, (user) => shop.checkout(user, question)),
      'POST /graphql': () => shop.graphql(question),
    };
    const answer = answers[`${method === 'HEAD' ? 'GET' : method} ${path}`];
    if (answer !== undefined) return { route: path, answer };
    const file = method === 'GET' || method === 'HEAD' ? fileAt(path, question.headers['if-none-match']) : undefined;
    return file && { route: path, answer: () => file };
  }

  /** The answer, after the latency and errors that are asked for. */
  async function answerTo(question: Question): Promise<Answer & { readonly route: string }> {
    const fails = random() < faults.error_rate;
    if (faults.latency_ms > 0) await wait(faults.latency_ms);
    if (question.method === 'OPTIONS' && question.path.startsWith('/api/'))
      return { route: '/api/*', ...preflight(question) };
    const found = routed(question);
    const route = found?.route ?? 'other';
    if (fails) {
      record('errors_total', { error_type: 'injected', severity: 'error' });
      return { route, ...json(500, { error: 'this was asked for by POST /faults' }) };
    }
    return { route, ...(found?.answer() ?? json(404, { error: 'there is nothing here' })) };
  }

  /** https://fetch.spec.whatwg.org/#cors-protocol */
  const cors = ({ path, headers }: Question): Headers => {
    if (!path.startsWith('/api/')) return {};
    if (headers.origin !== origin) return { vary: 'origin' };
    return { vary: 'origin', 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' };
  };
  const preflight = ({ headers }: Question): Answer =>
    headers.origin === origin && headers['access-control-request-method'] !== undefined
      ? {
          code: 204,
          headers: {
            'access-control-allow-methods': 'GET, POST',
            'access-control-allow-headers': 'content-type',
            'access-control-max-age': '600',
          },
        }
      : json(403, { error: 'this origin is not allowed' });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [method, path] = [request.method ?? 'GET', (request.url ?? '/').split('?')[0] ?? '/'];
    if (path === '/metrics' || path === '/metrics/moved') return metrics(request, response);
    const body = await bodyOf(request);
    if (body === undefined) return write(response, json(413, { error: 'the body is too long' }), method);
    const question: Question = { method, path, headers: request.headers as Question['headers'], body };
    const quiet = quietly(question, faults);
    if (quiet !== undefined) return write(response, quiet, method);
    const started = performance.now();
    inFlight += 1;
    record('http_requests_in_flight', {}, inFlight);
    const { route, ...answer } = await answerTo(question);
    inFlight -= 1;
    record('http_requests_in_flight', {}, inFlight);
    record('http_requests_total', { method, route, code: String(answer.code) });
    record('http_request_duration_seconds', { method, route }, (performance.now() - started) / 1000);
    record('http_request_size_bytes', { route }, Buffer.byteLength(body));
    record('http_response_size_bytes', { route }, Buffer.byteLength(answer.body ?? ''));
    write(response, { ...answer, headers: { ...answer.headers, ...cors(question) } }, method);
  }
  return (request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  };
}

/** What is neither recorded nor made to fail. */
function quietly({ method, path, body }: Question, faults: Faults): Answer | undefined {
  if (path === '/healthz') return json(200, { status: 'ok' });
  if (path !== '/faults') return undefined;
  if (method === 'GET') return json(200, faults);
  if (method !== 'POST') return json(405, { error: 'GET or POST' }, { allow: 'GET, POST' });
  const wrong = take(faults, read(body));
  return wrong === undefined ? json(200, faults) : json(400, { error: wrong });
}

/** Undefined when it is too long; what follows is read and forgotten. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length <= mostBody) chunks.push(chunk as Buffer);
  }
  return length <= mostBody ? Buffer.concat(chunks).toString() : undefined;
}

function write(response: ServerResponse, { code, headers = {}, body = '' }: Answer, method: string): void {
  const length = code === 204 || code === 304 ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(code, { ...headers, ...length }).end(method === 'HEAD' ? '' : body);
}
