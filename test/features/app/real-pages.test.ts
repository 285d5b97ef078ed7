// Pages as real clients write them come through with every sample: a Prometheus stores the same from the page itself and from
// /metrics/app.
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { app } from '../../../src/features/app/index.ts';
import { eventually } from '../../patience.ts';
import { type Written, writtenPages } from '../../servers/exposers.ts';
import { type HttpServer, startHttpServer } from '../../servers/http.ts';
import { type Prometheus, type Sample, startPrometheus } from '../../servers/prometheus.ts';
import { asked, startDaemon } from '../daemon.ts';

/** Of the Node client, which takes its format from the registry. */
async function ofNode(contentType: string): Promise<Written> {
  const registry = new Registry();
  if (contentType === Registry.OPENMETRICS_CONTENT_TYPE)
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  const registers = [registry];
  const labelNames = ['way'];
  const help = 'As "it" is, with a \\ and a\nline.';
  new Counter({ name: 'orders_total', help, labelNames, registers }).inc({ way: 'a "b" \\ \n c' }, 3);
  new Gauge({ name: 'temperature', help, labelNames, registers }).set({ way: 'é' }, -0.5);
  new Histogram({ name: 'took_seconds', help, labelNames, registers }).observe({ way: '' }, 0.2);
  new Summary({ name: 'size_bytes', help, labelNames, registers }).observe({ way: '{}, #' }, 17);
  return { name: `node, ${contentType}`, contentType, bytes: Buffer.from(await registry.metrics()) };
}

const bounds = [
  0.005,
  0.025,
  0.05,
  0.1,
  0.2,
  0.4,
  0.6,
  0.8,
  1,
  1.25,
  1.5,
  2,
  3,
  4,
  5,
  6,
  8,
  10,
  15,
  20,
  30,
  45,
  '+Inf',
];

/** 20,000 samples as an API server in front of etcd has them. */
function ofEtcd(): Written {
  const name = 'etcd_request_duration_seconds';
  const lines = [`# HELP ${name} Etcd request latency in seconds.`, `# TYPE ${name} histogram`];
  for (let resource = 0; resource < 200; resource += 1)
    for (const operation of ['get', 'list', 'update', 'create']) {
      const labels = `operation="${operation}",type="*unstructured.Resource${resource}"`;
      for (const [index, le] of bounds.entries())
        lines.push(`${name}_bucket{${labels},le="${le}"} ${index * (resource + 1)}`);
      lines.push(`${name}_sum{${labels}} ${resource / 7}`);
      lines.push(`${name}_count{${labels}} ${bounds.length * (resource + 1)}`);
    }
  return { name: 'etcd', contentType: 'text/plain; version=0.0.4', bytes: Buffer.from(`${lines.join('\n')}\n`) };
}

let pages: readonly Written[];
let service: HttpServer;
let prometheus: Prometheus;
const daemons: Awaited<ReturnType<typeof startDaemon>>[] = [];

beforeAll(async () => {
  const go = await startPrometheus({ scrape: [] });
  const ofGo = async (accept: string): Promise<Written> => {
    const answer = await fetch(`${go.url}/metrics`, { headers: { accept } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { name: `go, ${accept}`, contentType: answer.headers.get('content-type') ?? '', bytes };
  };
  pages = [
    ...(await writtenPages()),
    await ofGo('text/plain;version=0.0.4'),
    await ofGo('application/openmetrics-text;version=1.0.0'),
    await ofNode(Registry.PROMETHEUS_CONTENT_TYPE),
    await ofNode(Registry.OPENMETRICS_CONTENT_TYPE),
    ofEtcd(),
  ];
  await go.stop();
  service = await startHttpServer((request, response) => {
    const page = pages[Number((request.url ?? '').slice(1))];
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': page?.contentType ?? '' }).end(page?.bytes);
  });
  const at = `${service.host}:${service.port}`;
  for (const index of pages.keys()) {
    const daemon = await startDaemon();
    daemons.push(daemon);
    const metrics = { url: `http://${at}/${index}`, interval: '1s', timeout: '900ms', max_samples: 25_000 };
    daemon.reload([asked(app, { metrics })]);
    await eventually(async () =>
      expect(await (await daemon.ask('/metrics')).text()).toContain('sidewarden_app_up 1\n'),
    );
  }
  const labelled = (page: number, target: string, path: string) => ({
    targets: [target],
    labels: { page: String(page), __metrics_path__: path },
  });
  const patient = { scrape_interval: '3s', scrape_timeout: '3s' };
  prometheus = await startPrometheus({
    scrape: [
      {
        job_name: 'direct',
        ...patient,
        static_configs: [...pages.keys()].map((index) => labelled(index, at, `/${index}`)),
      },
      {
        job_name: 'merged',
        ...patient,
        static_configs: daemons.map(({ url }, index) => labelled(index, new URL(url).host, '/metrics/app')),
      },
    ],
  });
});
afterAll(async () => {
  await prometheus?.stop();
  await Promise.all(daemons.map((daemon) => daemon.stop()));
  await service?.stop();
});

/** What Prometheus adds of the scrape itself. */
const ofScrape = /^(up|scrape_(duration_seconds|samples_scraped|samples_post_metric_relabeling|series_added))$/;
const seriesOf = ({ metric: { job: _, instance: __, ...labels } }: Sample): string =>
  JSON.stringify(Object.entries(labels).toSorted());

test('every sample of every page is the same', async () => {
  const all = (job: string): Promise<readonly Sample[]> => prometheus.query(`{job="${job}"}`);
  // Of a target that a busy machine keeps waiting the next scrape is as good.
  for (const job of ['direct', 'merged'])
    await expect.poll(async () => (await prometheus.query(`up{job="${job}"} == 1`)).length).toBe(pages.length);
  const ofPage = (samples: readonly Sample[], index: number): readonly string[] =>
    samples
      .filter(({ metric }) => metric.page === String(index) && !ofScrape.test(metric.__name__ ?? ''))
      .map((sample) => `${seriesOf(sample)} ${sample.value}`)
      .toSorted();
  const [direct, merged] = await Promise.all([all('direct'), all('merged')]);
  for (const [index, { name }] of pages.entries()) {
    const expected = ofPage(direct, index);
    expect(expected.length, name).toBeGreaterThan(5);
    expect(ofPage(merged, index), name).toEqual(expected);
  }
  expect(ofPage(direct, pages.length - 1)).toHaveLength(20_000);
});

type Described = { readonly metric: string; readonly type: string; readonly help: string };

/** What differs on purpose: OpenMetrics has types that the text format lacks, and names some families without their suffix. */
function inText({ metric, type, help }: Described, names: ReadonlySet<string>): Described[] {
  const created = { metric: `${metric}_created`, type: 'gauge', help };
  const more = names.has(created.metric) && metric !== created.metric ? [created] : [];
  if (type === 'counter') return [{ metric: `${metric}_total`, type, help }, ...more];
  if (type === 'info') return [{ metric: `${metric}_info`, type: 'gauge', help }];
  if (type === 'stateset') return [{ metric, type: 'gauge', help }];
  return [{ metric, type, help }, ...more];
}

test('so are TYPE and HELP of every family', async () => {
  const all = async (job: string, page: number): Promise<readonly Described[]> => {
    const target = encodeURIComponent(`{job="${job}",page="${page}"}`);
    const told = await prometheus.api<readonly Described[]>(`/api/v1/targets/metadata?match_target=${target}`);
    return told.map(({ metric, type, help }) => ({ metric, type, help }));
  };
  const sorted = (families: readonly Described[]) =>
    families.toSorted((one, other) => (one.metric < other.metric ? -1 : 1));
  let converted = 0;
  for (const [index, { name, contentType }] of pages.entries()) {
    const [direct, merged] = await Promise.all([all('direct', index), all('merged', index)]);
    const samples = await prometheus.query(`{job="direct",page="${index}"}`);
    const names = new Set(samples.map(({ metric }) => metric.__name__ ?? ''));
    const isOpenMetrics = contentType.startsWith('application/openmetrics-text');
    const expected = sorted(isOpenMetrics ? direct.flatMap((family) => inText(family, names)) : direct);
    expect(expected.length, name).toBeGreaterThan(0);
    expect(sorted(merged), name).toEqual(expected);
    if (JSON.stringify(sorted(direct)) !== JSON.stringify(expected)) converted += 1;
  }
  expect(converted).toBeGreaterThanOrEqual(1); // that of the Node client is there on every machine
});

test('nothing of them was left out', async () => {
  for (const [index, daemon] of daemons.entries()) {
    const text = await (await daemon.ask('/metrics/checks')).text();
    const dropped = [...text.matchAll(/^sidewarden_app_scrape_dropped_total\{reason="(\w+)"\} (\d+)$/gm)];
    expect(dropped.length).toBeGreaterThan(3);
    const counted = dropped.filter(([, , count]) => count !== '0').map(([line]) => line);
    expect(counted, pages[index]?.name).toEqual([]);
  }
});
