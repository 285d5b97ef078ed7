// A real Prometheus on this machine that finds the pods of a cluster by the rules that k8s/ documents.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { folder } from '../k8s/render.ts';
import { type Prometheus, type ScrapeConfig, startPrometheus } from '../servers/prometheus.ts';
import { kubectl } from './cluster.ts';
import type { Stage } from './stage.ts';

const HOW_TO_GET_ONE = `this Prometheus has no Kubernetes discovery (Debian builds it without). Set
SIDEWARDEN_TEST_PROMETHEUS to one that has: of https://prometheus.io/download/, or built with Go from its module:
  cp -r "$(go mod download -json github.com/prometheus/prometheus@v0.308.0 | sed -n 's/.*"Dir": "\\(.*\\)",/\\1/p')" source
  chmod -R u+w source && cd source
  CGO_ENABLED=0 go build -tags remove_all_sd,enable_kubernetes_sd -o ../prometheus ./cmd/prometheus
Root's servers run as \`nobody\`, who has to reach the program.`;

export type Discovering = Pick<Prometheus, 'targets' | 'query'> & {
  /** Stops it and takes its rights away. */
  stop(): Promise<void>;
};

/**
 * Starts Prometheus with the documented jobs; only the way to the API server is added. It has to reach pods.
 * @param without names of jobs that are left out
 */
export async function startDiscovering(stage: Stage, without: readonly string[] = []): Promise<Discovering> {
  const file = join(folder, 'overlays/annotations/scrape-configuration.yaml');
  const { scrape_configs: documented } = parse(readFileSync(file, 'utf8')) as { scrape_configs: ScrapeConfig[] };
  const access = { ...(await apiServer()), authorization: { credentials: await makeReader(stage) } };
  const unknown = without.filter((name) => !documented.some(({ job_name }) => job_name === name));
  if (unknown.length > 0) throw new Error(`${file} has no job ${unknown.join(', ')}`);
  const wanted = documented.filter(({ job_name }) => !without.includes(job_name));
  const scrape = wanted.map((job) => {
    const discoveries = job.kubernetes_sd_configs as readonly object[];
    return { ...job, kubernetes_sd_configs: discoveries.map((discovery) => ({ ...discovery, ...access })) };
  });
  try {
    const prometheus = await startPrometheus({ scrape });
    return {
      targets: prometheus.targets,
      query: prometheus.query,
      async stop() {
        await prometheus.stop();
        await removeReader(stage);
      },
    };
  } catch (error) {
    await removeReader(stage);
    throw String(error).includes('kubernetes_sd_configs') ? new Error(HOW_TO_GET_ONE, { cause: error }) : error;
  }
}

type View = { readonly clusters: readonly { readonly cluster: Readonly<Record<string, string | boolean>> }[] };

/** Where kubectl finds the API server, and how it knows it. */
async function apiServer(): Promise<object> {
  const view = await kubectl(['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']);
  const [entry] = (JSON.parse(view) as View).clusters;
  if (entry === undefined) throw new Error('kubectl knows no cluster');
  const { server, ...trust } = entry.cluster;
  const authority = trust['certificate-authority-data'];
  return {
    api_server: server,
    tls_config: {
      ...(typeof authority === 'string' ? { ca: Buffer.from(authority, 'base64').toString() } : {}),
      ...(trust['tls-server-name'] === undefined ? {} : { server_name: trust['tls-server-name'] }),
      insecure_skip_verify: trust['insecure-skip-tls-verify'] === true,
    },
  };
}

const nameOf = ({ namespace }: Stage): string => `${namespace}-prometheus`;

/** An account that may see pods, in every namespace, as the rules ask for. @returns its token */
async function makeReader(stage: Stage): Promise<string> {
  const name = nameOf(stage);
  const rights = 'rbac.authorization.k8s.io';
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: stage.namespace } },
    {
      apiVersion: `${rights}/v1`,
      kind: 'ClusterRole',
      metadata: { name },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
    },
    {
      apiVersion: `${rights}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: rights, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: stage.namespace }],
    },
  ];
  await kubectl(['apply', '-f', '-'], objects.map((object) => stringify(object)).join('---\n'));
  return (await stage.here(['create', 'token', name, '--duration=1h'])).trim();
}

async function removeReader(stage: Stage): Promise<void> {
  await kubectl(['delete', 'clusterrolebinding,clusterrole', nameOf(stage), '--ignore-not-found']);
}
