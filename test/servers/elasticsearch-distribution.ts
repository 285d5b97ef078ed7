// Which Elasticsearch or OpenSearch the tests run, and on which Java: found on this machine, or fetched from Maven Central.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromMaven, installed, locateAll, MissingServers, type Progress, type Source } from './source.ts';

export type Product = 'elasticsearch' | 'opensearch';

export type Distribution = {
  readonly product: Product;
  readonly version: string;
  /** The unpacked folder; nothing is written to it. */
  readonly home: string;
  readonly javaHome: string;
};

/** The whole matrix, newest first for each product. Of Elasticsearch the first that the Java at hand runs is the default. */
export const elasticsearchVersions = [
  'elasticsearch:9.2.0',
  'elasticsearch:8.19.9',
  'elasticsearch:7.17.28',
  'opensearch:3.4.0',
  'opensearch:2.19.4',
] as const;

/** Elasticsearch 9 and OpenSearch 3 want Java 21; the older ones want 17 and need the SecurityManager, which 24 dropped. */
const javaOf = (version: string): { least: number; most: number } =>
  /^(elasticsearch:9|opensearch:3)\./.test(version) ? { least: 21, most: 99 } : { least: 17, most: 23 };

/**
 * @param version `product:version`; SIDEWARDEN_TEST_ELASTICSEARCH, then the default.
 * SIDEWARDEN_TEST_ELASTICSEARCH_HOME names an unpacked folder, which then is what runs.
 * @throws MissingServers naming everything that is missing: Java, Maven.
 */
export async function findDistribution(version?: string, progress?: Progress): Promise<Distribution> {
  const home = process.env.SIDEWARDEN_TEST_ELASTICSEARCH_HOME;
  if (home !== undefined && home !== '') return unpacked(home);
  const wanted = version ?? (process.env.SIDEWARDEN_TEST_ELASTICSEARCH || defaultVersion());
  const [product, number] = split(wanted);
  const javaHome = findJava(wanted);
  const source = sourceOf(product, number);
  if (javaHome !== undefined) {
    const [program = ''] = await locateAll([source], progress);
    return { product, version: number, home: join(dirname(program), '..'), javaHome };
  }
  const reasons = [
    { source: javaSource(wanted), reason: 'no fitting Java in ES_JAVA_HOME, JAVA_HOME, the usual folders, PATH' },
  ];
  const maven = {
    what: 'Maven',
    variable: 'SIDEWARDEN_TEST_ELASTICSEARCH_HOME',
    candidates: ['mvn'],
    packages: ['maven'],
  };
  const noMaven = installed({ ...maven, variable: 'SIDEWARDEN_TEST_MAVEN' }) === undefined;
  throw new MissingServers(noMaven ? [...reasons, { source: maven, reason: 'mvn is not on the PATH' }] : reasons);
}

/** Without any Java: the one that asks for the least. */
const defaultVersion = (): string =>
  elasticsearchVersions.find((each) => each.startsWith('elasticsearch:') && findJava(each) !== undefined) ??
  elasticsearchVersions[1];

function split(wanted: string): [Product, string] {
  const [product, number] = wanted.split(':');
  if ((product === 'elasticsearch' || product === 'opensearch') && number !== undefined) return [product, number];
  throw new Error(`SIDEWARDEN_TEST_ELASTICSEARCH=${wanted}: write elasticsearch:9.2.0 or opensearch:3.4.0`);
}

function sourceOf(product: Product, number: string): Source {
  const group = product === 'elasticsearch' ? 'org.elasticsearch' : 'org.opensearch';
  return {
    what: `${product === 'elasticsearch' ? 'Elasticsearch' : 'OpenSearch'} ${number}`,
    variable: 'SIDEWARDEN_TEST_ELASTICSEARCH_HOME',
    candidates: [],
    download: fromMaven(`${group}.distribution.integ-test-zip:${product}:${number}:zip`, `*/bin/${product}`),
    packages: ['maven'],
  };
}

const javaSource = (wanted: string): Source => ({
  what: `Java ${javaOf(wanted).least} or later for ${wanted}`,
  variable: 'ES_JAVA_HOME',
  candidates: [],
  packages: ['default-jre-headless'],
});

function unpacked(home: string): Distribution {
  const [program] = globSync(join(home, 'bin', '{elasticsearch,opensearch}'));
  if (program === undefined) throw new Error(`SIDEWARDEN_TEST_ELASTICSEARCH_HOME=${home} has no bin/elasticsearch`);
  const product = program.endsWith('opensearch') ? 'opensearch' : 'elasticsearch';
  const [library = ''] = globSync(join(home, 'lib', `${product}-[0-9]*.jar`));
  const version = /-(\d+\.\d+\.\d+)[^/]*\.jar$/.exec(library)?.[1] ?? '9.0.0';
  const javaHome = findJava(`${product}:${version}`) ?? globSync(join(home, 'jdk'))[0];
  if (javaHome !== undefined) return { product, version, home, javaHome };
  const source = javaSource(`${product}:${version}`);
  throw new MissingServers([{ source, reason: 'no fitting Java in ES_JAVA_HOME, JAVA_HOME, the usual folders, PATH' }]);
}

/** The home of the oldest Java that runs this version: what it was made for. */
function findJava(wanted: string): string | undefined {
  const { least, most } = javaOf(wanted);
  const fitting = javaHomes()
    .map((home) => ({ home, major: majorOf(home) }))
    .filter(({ major }) => major >= least && major <= most);
  return fitting.sort((one, other) => one.major - other.major)[0]?.home;
}

function javaHomes(): string[] {
  const named = [process.env.ES_JAVA_HOME, process.env.JAVA_HOME].filter((home) => home !== undefined && home !== '');
  const onPath = installed({ what: 'Java', variable: 'SIDEWARDEN_TEST_JAVA', candidates: ['java'] });
  return [
    ...(named as string[]),
    ...globSync(['/usr/lib/jvm/*', '/opt/java/*', '/Library/Java/JavaVirtualMachines/*/Contents/Home']),
    ...(onPath === undefined ? [] : [join(dirname(realpathSync(onPath)), '..')]),
  ];
}

/** From the file `release`, which every Java has; asks the program itself where a packager left it out. 0: no Java. */
function majorOf(home: string): number {
  try {
    return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(join(home, 'release'), 'utf8'))?.[1] ?? 0);
  } catch {
    try {
      const said = execFileSync(join(home, 'bin', 'java'), ['--version'], { encoding: 'utf8' });
      return Number(/^\S+ (\d+)/.exec(said)?.[1] ?? 0);
    } catch {
      return 0; // a folder beside the Javas, or one too old to know --version
    }
  }
}
