// Real programs that expose pages of metrics, each by the client library of its language: node_exporter and Go, a JVM, Python.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { javaSource } from './java.ts';
import { freePort, removeFolder, runFolder, startProcess } from './process.ts';
import { fromPyPI, jarFromMaven, locate, type Source } from './source.ts';

export const nodeExporterSource: Source = {
  what: 'node_exporter',
  variable: 'SIDEWARDEN_TEST_NODE_EXPORTER',
  candidates: ['prometheus-node-exporter', 'node_exporter'],
  packages: ['prometheus-node-exporter'],
};
/** Prometheus' client of Java, as the agent that shows a JVM to it. */
export const javaAgent: Source = {
  what: 'the agent of jmx_exporter',
  variable: 'SIDEWARDEN_TEST_JMX_AGENT',
  candidates: [],
  download: jarFromMaven('io.prometheus.jmx:jmx_prometheus_javaagent:1.0.1'),
  packages: ['maven', 'default-jre-headless'],
};
/** Of Python: Prometheus' client, and the two clients of StatsD. */
export const pythonClients: Source = {
  what: 'clients for Prometheus, StatsD and DogStatsD in Python',
  variable: 'SIDEWARDEN_TEST_PYTHON_CLIENTS',
  candidates: [],
  download: fromPyPI('prometheus_client==0.26.0 statsd==4.0.1 datadog==0.56.0', 'bin/python3'),
  packages: ['python3', 'python3-venv'],
};

/** A page as a client wrote it. */
export type Written = { readonly name: string; readonly contentType: string; readonly bytes: Buffer };

const host = '127.0.0.1';
const formats = {
  text: 'text/plain;version=0.0.4',
  openmetrics: 'application/openmetrics-text;version=1.0.0',
} as const;

/** Metrics of every type that the client has, with labels that must be escaped. */
const python = `
import sys, time
from prometheus_client import Counter, Gauge, Histogram, Summary, Info, Enum, start_http_server
Counter('orders', 'Orders "in all", \\\\ and more.', ['way']).labels('a "b" \\\\ \\n c').inc(3, {'trace_id': 'abc'})
Gauge('temperature_celsius', 'Of the room.').set(-3.5)
h = Histogram('took_seconds', 'How long.', ['step'])
for step in ('one', 'two'):
    for value in (0.001, 0.2, 7, 100): h.labels(step).observe(value, {'trace_id': step})
Summary('size_bytes', 'How large.').observe(17)
Info('build', 'Of the build.').info({'version': '1.2.3', 'name': 'caf\\u00e9'})
Enum('phase', 'Where it is.', states=['starting', 'running']).state('running')
Gauge('not_a_number', 'None.').set(float('nan'))
Gauge('endless', 'Inf.').set(float('inf'))
start_http_server(int(sys.argv[1]), addr='${host}')
while True: time.sleep(60)
`;

type Program = (
  folder: string,
  port: number,
) => Promise<{ readonly command: string; readonly args: readonly string[] }>;

const programs: Readonly<Record<string, Program>> = {
  node_exporter: async (_, port) => ({
    command: await locate(nodeExporterSource),
    args: [`--web.listen-address=${host}:${port}`],
  }),
  jvm: async (folder, port) => {
    const rules = join(folder, 'rules.yaml');
    await writeFile(rules, 'rules: [{ pattern: ".*" }]\n', { mode: 0o644 });
    // Any program that goes on: one that every Java has. It forbids all that no policy allows.
    const policy = join(folder, 'all.policy');
    await writeFile(policy, 'grant { permission java.security.AllPermission; };\n', { mode: 0o644 });
    const agent = `-javaagent:${await locate(javaAgent)}=${host}:${port}:${rules}`;
    const registry = ['-m', 'java.rmi/sun.rmi.registry.RegistryImpl', '0'];
    const args = ['-Xmx64m', '--add-modules=ALL-SYSTEM', `-Djava.security.policy=${policy}`, agent, ...registry];
    return { command: await locate(javaSource), args };
  },
  python: async (_, port) => ({ command: await locate(pythonClients), args: ['-c', python, String(port)] }),
};

/** What each of these writes, in both formats; they have ended then. */
export async function writtenPages(): Promise<readonly Written[]> {
  return (await Promise.all(Object.entries(programs).map(([name, program]) => pagesOf(name, program)))).flat();
}

async function pagesOf(name: string, program: Program): Promise<readonly Written[]> {
  const folder = await runFolder(name);
  const port = await freePort();
  const url = `http://${host}:${port}/metrics`;
  const { command, args } = await program(folder, port);
  const server = await startProcess({
    ...{ name, command, args, folder, port },
    ready: async () => (await fetch(url)).ok,
    readyWithinMs: 60_000,
  });
  try {
    return await Promise.all(
      Object.entries(formats).map(async ([format, accept]) => {
        const answer = await fetch(url, { headers: { accept } });
        const bytes = Buffer.from(await answer.arrayBuffer());
        return { name: `${name}, ${format}`, contentType: answer.headers.get('content-type') ?? '', bytes };
      }),
    );
  } finally {
    await server.stop();
    removeFolder(folder);
  }
}
