// The shop's /metrics, and what is wrong with it on request.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Faults } from './faults.ts';

const text = 'text/plain; version=0.0.4; charset=utf-8';
const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const hugeSamples = 200_000;
const slowEveryMs = 50;

/** @param prefix of the names of what the faults add */
export function createPage(prefix: string, faults: Readonly<Faults>, page: () => Promise<string>) {
  let scrapes = 0;
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    scrapes += 1;
    const whole = await page();
    const give = (body: string | Buffer, type = text): void => send(request, response, body, type);
    const moved = request.url?.startsWith('/metrics/') === true; // where the redirect leads
    switch (moved ? 'none' : faults.metrics) {
      case 'none':
        return give(whole);
      case 'garbage':
        return give(withGarbage(whole));
      case 'half':
        return give(whole.slice(0, whole.lastIndexOf(' ') - 3));
      case 'cut':
        response.writeHead(200, { 'content-type': text, 'content-length': Buffer.byteLength(whole) });
        response.write(whole.slice(0, whole.length / 2), () => request.socket.destroy());
        return;
      case 'duplicate':
        return give(whole.replaceAll(/^.+$/gm, '$&\n$&'));
      case 'types':
        return give(`${whole}${changing(prefix, scrapes)}`);
      case 'exemplars': {
        const isOpen = request.headers.accept?.includes('application/openmetrics-text') === true;
        return give(withExemplars(isOpen ? asOpenMetrics(whole) : whole), isOpen ? openMetrics : text);
      }
      case 'huge':
        return give(`${whole}${huge(prefix)}`);
      case 'endless':
        return endless(response, `${prefix}_endless`);
      case 'slow':
        return slowly(response, whole);
      case 'hang':
        return;
      case 'redirect':
        response.writeHead(302, { location: '/metrics/moved', 'content-length': 0 }).end();
        return;
      case 'crash':
        process.exit(1);
    }
  };
}

function send(request: IncomingMessage, response: ServerResponse, body: string | Buffer, type: string): void {
  const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const bytes = zipped ? gzipSync(body) : Buffer.from(body);
  const headers = { 'content-type': type, 'content-length': bytes.length, vary: 'accept-encoding' };
  response.writeHead(200, zipped ? { ...headers, 'content-encoding': 'gzip' } : headers).end(bytes);
}

/** Lines that are none, each after a line that is one. */
function withGarbage(page: string): Buffer {
  const rubbish: readonly (string | Buffer)[] = [
    ...[
      '<html>oops',
      'Error: out of memory',
      'shop_x{',
      'shop_x{a=b} 1',
      'shop_x{a="b} 1',
      'shop_x one',
      '1 2 3',
      '{} 1',
    ],
    ...['shop_x 1 2 3 4', '# TYPE shop_x', '# TYPE shop_x rubbish', 'shop_x{a="b"}1e', 'shop-x 1', 'x'.repeat(100_000)],
    ...[Buffer.from([0xff, 0xfe, 0x20, 0x31]), 'shop_x{a="\u0000"} 1\r', 'sidewarden_check_up{check="x"} 0'],
  ];
  const lines = page.split('\n').flatMap((line, index) => [line, rubbish[index % rubbish.length] ?? '']);
  return Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]));
}

/** A family that has another type at each scrape, and one that has two on one page. */
function changing(prefix: string, scrape: number): string {
  const type = ['counter', 'gauge', 'histogram', 'summary', 'untyped'][scrape % 5];
  const twice = `${prefix}_twice`;
  return (
    `# TYPE ${prefix}_changing ${type}\n${prefix}_changing${type === 'histogram' ? '_bucket{le="+Inf"}' : ''} ${scrape}\n` +
    `# TYPE ${twice} counter\n${twice}{a="1"} 1\n# TYPE ${twice} gauge\n${twice}{a="2"} 2\n`
  );
}

/** Counters have their type under the name without `_total`, and the page has an end. */
const asOpenMetrics = (page: string): string => page.replaceAll(/^(# (?:HELP|TYPE) \S+)_total /gm, '$1 ');

function withExemplars(page: string): string {
  const exemplar = '# {trace_id="4bf92f3577b34da6a3ce929d0e0e4736"} 0.05 1700000000.123';
  return `${page.replaceAll(/^\S+_bucket\{.*$/gm, `$& ${exemplar}`).trimEnd()}\n# EOF\n`;
}

function huge(prefix: string): string {
  const lines = Array.from({ length: hugeSamples }, (_, n) => `${prefix}_huge{n="${n}"} ${n}`);
  return `# TYPE ${prefix}_huge gauge\n${lines.join('\n')}\n`;
}

/** As fast as it is read. */
function endless(response: ServerResponse, name: string): void {
  response.writeHead(200, { 'content-type': text });
  let n = 0;
  const more = (): void => {
    do n += 1;
    while (!response.destroyed && response.write(`${name}{n="${n}"} 1\n`.repeat(100)));
  };
  response.on('drain', more);
  more();
}

function slowly(response: ServerResponse, page: string): void {
  response.writeHead(200, { 'content-type': text });
  let at = 0;
  const timer = setInterval(() => {
    if (at === page.length) return response.end();
    response.write(page.charAt(at));
    at += 1;
  }, slowEveryMs);
  response.once('close', () => clearInterval(timer));
}
