// The daemon configured by its environment alone, what a wrong configuration says, and the manners of every answer.
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHere } from '../cli/run-here.ts';
import { type Four, startFour } from '../faults/four.ts';
import { type HttpServer, startHttpServer } from '../servers/http.ts';
import { removeFolder, runFolder } from '../servers/process.ts';
import { type HealthBody, type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { runCommand } from './command.ts';

let four: Four;
let app: HttpServer;
let daemon: Sidewarden;
let bare: Sidewarden;
let folder: string;

beforeAll(async () => {
  four = await startFour();
  app = await startHttpServer((_, response) => response.end('ok'));
  folder = await runFolder('zero-config');
  const { database, elasticsearch, redis, kms, keyId } = four;
  const environment = {
    DATABASE_URL: database.url,
    ELASTICSEARCH_URL: elasticsearch.url,
    REDIS_URL: redis.url,
    KMS_KEY_ID: keyId,
    APP_URL: `http://${app.host}:${app.port}/healthz`,
    ...kms.environment,
  };
  [daemon, bare] = await Promise.all([startSidewarden({ environment }), startSidewarden()]);
  await daemon.until((_, code) => code === 200, 60_000);
}, 240_000);
afterAll(async () => {
  await Promise.all([daemon?.stop(), bare?.stop(), app?.stop(), four?.stop()]);
  if (folder !== undefined) removeFolder(folder);
});

describe('five variables', () => {
  const names = ['database', 'elasticsearch', 'redis', 'kms', 'app'];

  test('each turn on a check, and all are healthy', async () => {
    const { code, body } = await daemon.get('/health');
    expect(code).toBe(200);
    expect(Object.keys(body.checks).sort()).toEqual([...names].sort());
    expect(body.status).toBe('healthy');
  });

  test('the body has the shape that was asked for, and nothing else', async () => {
    const { body, headers } = await daemon.get('/health');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(Object.keys(body)).toEqual(['status', 'version', 'timestamp', 'checks']);
    expect(body.version).toMatch(/^\d+\.\d+\.\d+/);
    // https://www.rfc-editor.org/rfc/rfc3339#section-5.6
    expect(body.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
    expect(Math.abs(Date.parse(body.timestamp) - Date.now())).toBeLessThan(5000);
    for (const check of Object.values(body.checks)) {
      expect(Object.keys(check)).toEqual(['status', 'latency_ms']);
      expect(check.status).toBe('healthy');
      expect(check.latency_ms).toEqual(expect.any(Number));
      expect(check.latency_ms).toBeGreaterThan(0);
    }
  });

  test('each has the interval and timeout of its type', async () => {
    const bounds = { database: 22.5, elasticsearch: 33.7, redis: 22.5, kms: 92, app: 13.7 };
    for (const check of names) {
      const bound = await daemon.metric('sidewarden_check_detection_bound_seconds', { check });
      expect(bound, check).toBeCloseTo(bounds[check as keyof typeof bounds], 3);
    }
  });
});

test('nothing set: 200, and a note that says how to add a check', async () => {
  const { code, body } = await bare.get<HealthBody & { notes: string[] }>('/health');
  expect(code).toBe(200);
  expect(body).toMatchObject({ status: 'healthy', checks: {} });
  expect(body.notes).toHaveLength(1);
  for (const variable of ['DATABASE_URL', 'ELASTICSEARCH_URL', 'REDIS_URL', 'KMS_KEY_ID', 'APP_URL']) {
    expect(body.notes[0]).toContain(variable);
  }
  expect((await bare.get('/health/ready')).code).toBe(200);
});

describe('the command line', () => {
  test('a wrong configuration ends with 78 and says every mistake, with its line', async () => {
    const file = join(folder, 'wrong.yaml');
    const lines = [
      'listne: ":9090"',
      'checks:',
      '  database: { type: postgres, url: "mysql://shop@localhost/shop" }',
      '  redis: { type: redsi, url: "redis://localhost" }',
      '  app:',
      '    type: http',
      '    url: http://localhost:8080/',
      '    interval: 5',
      '    timeout: 10s',
      '  search: { type: elasticsearch, url: "http://localhost:9200", gates: [live] }',
    ];
    await writeFile(file, lines.join('\n'));
    const commands = ['run', 'check-config', 'print-config'];
    const ended = await Promise.all(commands.map((command) => runCommand([command, '--config', file])));
    for (const { code, stdout, stderr } of ended) {
      expect(code, stderr).toBe(78);
      expect(stdout).toBe('');
      const problems = stderr.trimEnd().split(/\n(?! )/);
      const expected = [
        [1, 'listen'],
        [3, 'postgres://'],
        [4, 'redis'],
        [8, '5s'],
        [10, 'live'],
      ] as const;
      for (const [line, words] of expected) {
        const found = problems.filter((problem) => problem.startsWith(`${file}:${line}:`)).join('\n');
        expect(found, stderr).toContain(words);
        expect(found).toContain('fix: ');
      }
      expect(problems.filter((problem) => problem.startsWith(`${file}:`))).toHaveLength(problems.length);
    }
  });

  test('a wrong variable too, by its name', async () => {
    const { code, stderr } = await runCommand(['run'], {
      environment: { DATABASE_URL: 'localhost', SIDEWARDEN_DRAIN_DELAY: 'soon' },
    });
    expect(code).toBe(78);
    expect(stderr).toContain('DATABASE_URL');
    expect(stderr).toContain('SIDEWARDEN_DRAIN_DELAY');
  });

  test('--version and --help end with 0', async () => {
    const { version } = (await daemon.get('/health')).body;
    expect(await runCommand(['--version'])).toEqual({ code: 0, stdout: `sidewarden ${version}\n`, stderr: '' });
    for (const args of [['--help'], ['-h'], ['run', '--help']]) {
      const { code, stdout, stderr } = await runHere(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const word of ['run', '--config', 'DATABASE_URL']) expect(stdout).toContain(word);
    }
  });

  test.each([[['serve']], [['--prot', '9090']], [['run', '--verbos']]])(
    '%j ends with 2 and the usage',
    async (args) => {
      const { code, stdout, stderr } = await runHere(args);
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain('Usage: sidewarden');
    },
  );

  test('an address that is taken ends with 1 and says which', async () => {
    const { host } = new URL(daemon.url);
    const { code, stderr } = await runCommand([`--listen=${host}`]);
    expect(code).toBe(1);
    expect(stderr).toContain(host);
  });
});

describe('every answer', () => {
  const paths = ['/health', '/health/ready', '/health/live', '/health/live/app', '/health/startup', '/metrics'];

  test.each([...paths, '/health/checks/redis', '/nowhere'])('%s echoes X-Request-Id, or makes one', async (path) => {
    const given = await daemon.get(path, { 'x-request-id': 'asked.by-me_1' });
    expect(given.headers.get('x-request-id')).toBe('asked.by-me_1');
    const made = await daemon.get(path, { 'x-request-id': 'not acceptable' });
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect((await daemon.get(path)).headers.get('x-request-id')).not.toBe(made.headers.get('x-request-id'));
  });

  test.each([...paths, '/health/checks/redis', '/nowhere'])('HEAD %s is its GET without the body', async (path) => {
    // The length of the metrics changes with every scrape.
    const comparable = (text: string) =>
      text.replace(/^(date|x-request-id): .*\r\n/gim, '').replace(path === '/metrics' ? /content-length: .*/i : '', '');
    const headsDiffer = async (): Promise<string[]> => {
      const [get, head] = [await raw('GET', path), await raw('HEAD', path)];
      expect(get.body).not.toBe('');
      expect(head.body).toBe('');
      const [one, other] = [comparable(get.head), comparable(head.head)];
      return one === other ? [] : [one, other];
    };
    await expect.poll(headsDiffer).toEqual([]); // a run between the two changes the length too
  });

  test('unknown paths and methods are short JSON', async () => {
    const missing = await daemon.get<Record<string, string>>('/helth', { accept: 'text/plain' });
    expect(missing.code).toBe(404);
    expect(missing.body).toEqual({
      error: 'not_found',
      message: expect.any(String),
      request_id: missing.headers.get('x-request-id'),
    });
    for (const path of paths) {
      const response = await fetch(daemon.url + path, { method: 'POST', body: 'x'.repeat(10) });
      const body = (await response.json()) as Record<string, string>;
      expect(response.status, path).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
      expect(Object.keys(body)).toEqual(['error', 'message', 'request_id']);
      expect(body.error).toBe('method_not_allowed');
    }
    expect((await daemon.get('/health/checks/none')).code).toBe(404);
  });

  test('three formats, by Accept', async () => {
    const draft = await daemon.get<{ status: string; checks: Record<string, object[]> }>('/health', {
      accept: 'application/health+json',
    });
    expect(draft.headers.get('content-type')).toBe('application/health+json');
    expect(draft.body.status).toBe('pass');
    expect(draft.body.checks.database).toEqual([
      expect.objectContaining({ status: 'pass', observedUnit: 'ms', observedValue: expect.any(Number) }),
    ]);
    const text = await daemon.get<string>('/health', { accept: 'text/plain' });
    expect(text.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(text.text.trimEnd().split('\n').sort()).toEqual(
      ['[+]app ok', '[+]database ok', '[+]elasticsearch ok', '[+]kms ok', '[+]redis ok', 'healthy'].sort(),
    );
    expect(text.text.endsWith('healthy\n')).toBe(true);
    const verbose = await daemon.get<string>('/health?verbose');
    expect(verbose.text).toMatch(/^\[\+\]database ok \([\d.]+ ms\)$/m);
    for (const accept of ['*/*', 'application/json', 'image/png', 'text/html, application/json;q=0.9']) {
      const json = await daemon.get('/health', { accept });
      expect(json.headers.get('content-type'), accept).toBe('application/json; charset=utf-8');
      expect(json.headers.get('vary')).toBe('Accept');
    }
  });
});

/** One request on a connection of its own, so that nothing of its answer is hidden. */
function raw(method: string, path: string): Promise<{ head: string; body: string }> {
  const { hostname, port } = new URL(daemon.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname);
    socket.setEncoding('utf8').on('data', (part) => {
      answer += part;
    });
    socket.once('error', reject).once('close', () => {
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      resolve({ head, body });
    });
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: sidewarden\r\nConnection: close\r\n\r\n`);
  });
}
