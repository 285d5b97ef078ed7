// Debian's exporter for Elasticsearch, to lay its page beside ours.
import { freePort, removeFolder, runFolder, startProcess } from './process.ts';
import { locate, type Source } from './source.ts';

export const elasticsearchExporterSource: Source = {
  what: 'elasticsearch_exporter',
  variable: 'SIDEWARDEN_TEST_ELASTICSEARCH_EXPORTER',
  candidates: ['prometheus-elasticsearch-exporter'],
  packages: ['prometheus-elasticsearch-exporter'],
};

export type Exporter = {
  /** Its page, made now. */
  scrape(): Promise<string>;
  stop(): Promise<void>;
};

/** With all nodes, the cluster's settings and its snapshots. @param url with user and password. */
export async function startElasticsearchExporter(url: string): Promise<Exporter> {
  const command = await locate(elasticsearchExporterSource);
  const folder = await runFolder('elasticsearch-exporter');
  const port = await freePort();
  const page = `http://127.0.0.1:${port}/metrics`;
  const server = await startProcess({
    name: 'elasticsearch_exporter',
    command,
    args: [
      ...[`--es.uri=${url}`, `--web.listen-address=127.0.0.1:${port}`],
      ...['--es.all', '--es.cluster_settings', '--es.snapshots'],
    ],
    folder,
    port,
    ready: async () => (await fetch(page)).ok,
  });
  return {
    scrape: async () => (await fetch(page)).text(),
    async stop() {
      await server.stop();
      removeFolder(folder);
    },
  };
}
