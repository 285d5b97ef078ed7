// The tests on a cluster: needs an image there, and an address of this machine that its pods reach.
import { parseArgs } from 'node:util';
import { prepareDemo } from '../test/servers/needed.ts';
import { runVitest } from './vitest.ts';

const HELP = `SIDEWARDEN_TEST_IMAGE=NAME npm run test:kubernetes

Applies k8s/ to a cluster, with PostgreSQL, Redis, Elasticsearch, Prometheus and a stand-in for KMS on this machine,
which has to reach pods, and takes things away. It works in namespaces of its own, which it removes. About 10 minutes.

  SIDEWARDEN_TEST_IMAGE          the image of the Dockerfile, under a name that the cluster's nodes have or can pull
  SIDEWARDEN_TEST_IMAGE_ARCHIVE  the same as a file of \`docker save\`, for its metadata; the Dockerfile unless set
  SIDEWARDEN_TEST_HOST           the address of this machine that pods reach; its first IPv4 address unless set
  SIDEWARDEN_TEST_PROMETHEUS     a Prometheus with Kubernetes discovery, which Debian's lacks; prometheus unless set
  KUBECTL                        the program; kubectl unless set
  KUBECONFIG                     as kubectl reads it
`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
  if (values.help === true || !process.env.SIDEWARDEN_TEST_IMAGE) {
    process.stdout.write(HELP);
    return values.help === true ? 0 : 2;
  }
  await prepareDemo((line) => process.stdout.write(`${line}\n`));
  const { passed, failures, skipped } = await runVitest({ groups: ['kubernetes'] });
  for (const { name, message } of failures) process.stdout.write(`\n✗ ${name}\n${message}\n`);
  for (const name of skipped) process.stdout.write(`not run: ${name}\n`);
  process.stdout.write(`\n${passed} passed, ${failures.length} failed\n`);
  return failures.length === 0 && skipped.length === 0 ? 0 : 1;
}

process.exitCode = await main();
