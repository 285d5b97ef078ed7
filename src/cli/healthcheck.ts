// sidewarden healthcheck: asks the running daemon one path, for exec probes and images without curl.
import { existsSync } from 'node:fs';
import { usualControl } from '../config/configuration.ts';
import { parseListen } from '../config/listen.ts';
import { type ReadUrl, readUrl } from '../core/url.ts';
import { ask, type DaemonResponse, NobodyAnswers, type Where, within } from './ask-daemon.ts';
import { defineCommand, UsageError } from './command.ts';
import { listen, socket, socketPathOf, timeout, timeoutOf } from './options.ts';
import { say } from './terminal.ts';

const usualListen = 'localhost:9090';
const usualTimeout = '5s';

export const command = defineCommand({
  about: `It ends with 0 when the answer is 200, else with 1.
Without an option it asks where SIDEWARDEN_CONTROL and SIDEWARDEN_LISTEN say, else by the usual control socket, else on
${usualListen}; the configuration file is not read. The first that answers decides.`,
  operands: { form: '[PATH]', most: 1, choices: ['/health', '/health/ready', '/health/live', '/health/startup'] },
  options: {
    listen: { ...listen, summary: 'ask there, as the daemon was told to listen, such as :9090' },
    url: { type: 'string', value: 'URL', summary: 'ask there, such as http://127.0.0.1:9090' },
    socket: { ...socket, summary: 'ask by this control socket' },
    timeout: timeout(usualTimeout),
  },
  examples: [
    ['sidewarden healthcheck', 'is the daemon alive? (/health/live)'],
    ['sidewarden healthcheck /health/ready --timeout 900ms', 'is the pod ready? As an exec probe of 1 s'],
    ['sidewarden healthcheck /health --url http://127.0.0.1:9090', 'is everything healthy?'],
  ],
  async execute({ values, operands: [path = '/health/live'] }) {
    if (!/^\/[!-~]*$/.test(path)) throw new UsageError(`a path begins with /, as in /health/ready: ${path}`);
    const timeoutMs = timeoutOf(values.timeout ?? usualTimeout);
    const hint = [values.listen, values.url, values.socket].some((told) => told !== undefined)
      ? ''
      : '; the configuration file is not read: use --listen, --url or --socket';
    const { code, text } = await askFirst(placesOf(values), path, within(timeoutMs), hint);
    say(text.endsWith('\n') || text === '' ? text : `${text}\n`);
    if (code === 200) return 0;
    process.stderr.write(`sidewarden: ${path} answered ${code}\n`);
    return 1;
  },
});

/** The first that answers decides; none is an error that names them all, and the hint. */
async function askFirst(
  places: readonly Where[],
  path: string,
  signal: AbortSignal,
  hint: string,
): Promise<DaemonResponse> {
  const silent: string[] = [];
  for (const where of places) {
    try {
      return await ask(where, 'GET', path, signal);
    } catch (error) {
      if (!(error instanceof NobodyAnswers)) throw error;
      silent.push(error.message);
    }
  }
  throw new Error(`no daemon answers (${silent.join('; ')})${hint}`);
}

type Told = { readonly listen?: string; readonly url?: string; readonly socket?: string };

function placesOf({ listen: address, url, socket: path }: Told): readonly Where[] {
  if ([address, url, path].filter((one) => one !== undefined).length > 1)
    throw new UsageError('--listen, --url and --socket say the same thing: keep one of them');
  if (url !== undefined) return [ofUrl(url)];
  if (path !== undefined) return [{ socketPath: socketPathOf(path, '--socket') }];
  if (address !== undefined) return ofListen(address);
  const { SIDEWARDEN_CONTROL: control, SIDEWARDEN_LISTEN: listening } = process.env;
  const places = [
    ...(control ? [{ socketPath: socketPathOf(control, 'SIDEWARDEN_CONTROL') }] : []),
    ...(listening ? ofListen(listening) : []),
  ];
  if (!control && existsSync(usualControl)) places.push({ socketPath: usualControl });
  return listening ? places : [...places, ...ofListen(usualListen)];
}

function ofUrl(text: string): Where {
  const read = readUrl(text, { schemes: ['http'], query: true });
  const problem = 'problem' in read ? read.problem : beyondPlace(read.url);
  if ('problem' in read || problem !== undefined) {
    throw new UsageError(`--url ${problem}; it is a URL such as http://127.0.0.1:9090, and over TLS ask by --socket`);
  }
  const { host, port } = read.url;
  return { host, port: port ?? 80 };
}

/** What it has beside host and port, none of which is sent. */
function beyondPlace({ username, password, path, query }: ReadUrl): string | undefined {
  if (username !== '' || password !== '') return 'must be without user and password: the daemon asks for none';
  const operand = 'as the operand, as in `sidewarden healthcheck /health/ready --url http://127.0.0.1:9090`';
  if (path !== '' && path !== '/') return `has a path: write the path ${operand}`;
  return query === undefined ? undefined : `has a ?: write the path with it ${operand}`;
}

/** An address that stands for every one of this machine is asked on the loopback. */
function ofListen(text: string): readonly Where[] {
  return text.split(',').flatMap((form): readonly Where[] => {
    const parsed = parseListen(form.trim());
    if ('wrong' in parsed) throw new UsageError(`the address ${form.trim()} ${parsed.wrong}`);
    return parsed.flatMap((one): readonly Where[] => {
      if (one.kind === 'unix') return [{ socketPath: one.path }];
      const { host, port } = one;
      if (host === '::') return ['127.0.0.1', '::1'].map((loopback) => ({ host: loopback, port }));
      return [{ host: host === '0.0.0.0' ? '127.0.0.1' : host, port }];
    });
  });
}
