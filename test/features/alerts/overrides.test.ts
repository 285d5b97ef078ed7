// What the key `alerts` changes of the rules, and what it refuses: by the command, with a catalogue of toys.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are configurations.
import { describe, expect, test, vi } from 'vitest';
import { runHere } from '../../cli/run-here.ts';
import { fileOf } from '../../config/load.ts';
import { generated } from './generated.ts';

vi.mock('../../../src/features/alerts/catalogue/index.ts', async () => ({ packs: (await import('./toys.ts')).packs }));
vi.mock('../../../src/features/alerts/known.ts', async (original) => ({
  ...(await original<object>()),
  alerts: (await import('./toys.ts')).alerts,
}));

const withAlerts = (alerts: string, more = ''): string => `service: shop\n${more}alerts: { ${alerts} }\n`;
const rulesOf = (alerts: string, more?: string) => generated(withAlerts(alerts, more));
const names = ({ rules }: Awaited<ReturnType<typeof generated>>) => rules.flatMap(({ alert }) => alert ?? []);
const records = ({ rules }: Awaited<ReturnType<typeof generated>>) => rules.flatMap(({ record }) => record ?? []);
const redis = "checks: { sessions: { type: redis, url: '${REDIS_URL}' } }\n";

describe('without the key', () => {
  test('the alerts are as the catalogue says', async () => {
    const said = await generated('service: shop\n');
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(said.groups.map(({ name }) => name)).toEqual(['shop.probes']);
    expect(said.alert('ToyFull')).toEqual({
      alert: 'ToyFull',
      expr: 'check:toy_deep:max{service="shop"} > 0.9',
      for: '10m',
      labels: { severity: 'warning', service: 'shop' },
      annotations: { summary: 'shop {{ $labels.check }}: It is full.', description: 'So full.' },
    });
    expect(said.alert('ToyGone')).not.toHaveProperty('for');
  });
  test('and with nothing below it', async () => {
    expect((await rulesOf('')).stdout).toBe((await generated('service: shop\n')).stdout);
  });
});

describe('packs', () => {
  test('auto takes those of what is configured', async () => {
    expect(names(await rulesOf('', redis))).toEqual(['ToyFull', 'ToySlow', 'ToyGone', 'ToyOfRedis']);
    expect(names(await rulesOf('packs: auto', redis))).toContain('ToyOfRedis');
  });
  test('a list takes what it names, and auto in it the others', async () => {
    expect(names(await rulesOf('packs: [kubernetes]', redis))).toEqual(['ToyOfCluster']);
    expect(names(await rulesOf('packs: [kubernetes, auto]'))).toEqual([
      ...['ToyFull', 'ToySlow', 'ToyGone', 'ToyOfCluster'],
    ]);
  });
  test('one of which nothing is configured is a note, here and of check-config', async () => {
    const note =
      'note: alerts.packs names redis, and nothing of the configuration has its series: its alerts never fire\n';
    expect(await rulesOf('packs: [redis, kubernetes]')).toMatchObject({ code: 0, stderr: note });
    expect(await rulesOf('packs: [redis]', redis)).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await runHere(['check-config', fileOf(withAlerts('packs: [redis]'))]);
    expect(stdout).toContain(note);
  });
});

describe('recording rules', () => {
  test('are those that an alert reads, also by another rule, and those that no alert reads', async () => {
    expect(records(await rulesOf(''))).toEqual(['check:toy_fullness:max', 'check:toy_deep:max', 'check:toy_board:max']);
    expect(records(await rulesOf('disabled: [ToyFull]'))).toEqual(['check:toy_board:max']);
  });
  test('of a silence are there although their pack is off', async () => {
    const said = await rulesOf('packs: [redis]', redis);
    expect(said.groups.map(({ name }) => name)).toEqual(['shop.probes', 'shop.redis']);
    expect(records(said)).toEqual(['check:toy_fullness:max']);
    expect(said.alert('ToyOfRedis')?.expr).toBe(
      '(max by (namespace, check) (redis_up{job="shop-statistics"}) == 2) unless on (namespace, check) (check:toy_fullness:max{service="shop"} == 0)',
    );
  });
});

describe('what is said of all', () => {
  test('a prefix, labels, annotations and runbooks', async () => {
    const said = await rulesOf(
      "prefix: Shop, labels: { team: shop, at: '{{ $labels.check }}' }, annotations: { b: two, a: one }, runbooks: 'https://r/{alert}?a={alert}'",
    );
    expect(said.alert('ShopToyFull')).toMatchObject({
      labels: { severity: 'warning', service: 'shop', at: '{{ $labels.check }}', team: 'shop' },
      annotations: {
        summary: 'shop {{ $labels.check }}: It is full.',
        runbook_url: 'https://r/ToyFull?a=ToyFull',
        a: 'one',
        b: 'two',
      },
    });
    expect(said.alert('ToyFull')).toBeUndefined();
  });
  test('labels that every series keeps, and the names of the jobs', async () => {
    const said = await rulesOf('external: [region, cluster], jobs: { checks: a, statistics: b }', redis);
    expect(said.alert('ToyOfRedis')?.expr).toMatch(
      /^\(max by \(cluster, region, namespace, check\) \(redis_up\{job="b"\}/,
    );
    expect(said.alert('ToyOfRedis')?.expr).toContain('unless on (cluster, region, namespace, check) (');
    expect(said.alert('ToySlow')?.expr).toContain('{job="a"}');
  });
  test('the namespace, where it is configured', async () => {
    const said = await generated('service: shop\nnamespace: prod\nalerts: { packs: [auto, kubernetes] }\n');
    expect(said.alert('ToyGone')?.labels).toEqual({ severity: 'critical', service: 'shop', namespace: 'prod' });
    expect(said.alert('ToyOfCluster')?.expr).toContain('{namespace="prod", pod=~"shop-.*"}');
  });
  test('disabled', async () => {
    expect(names(await rulesOf('disabled: [ToySlow, ToyGone]'))).toEqual(['ToyFull']);
  });
});

describe('what is said of one', () => {
  test.each([
    ['threshold: 0.8', { expr: 'check:toy_deep:max{service="shop"} > 0.8' }],
    ['threshold: 1', { expr: 'check:toy_deep:max{service="shop"} > 1' }],
    ['severity: critical', { labels: { severity: 'critical', service: 'shop', team: 'shop' } }],
    ['labels: { team: data, tier: a }', { labels: { severity: 'warning', service: 'shop', team: 'data', tier: 'a' } }],
    [
      'annotations: { summary: Full., link: x }',
      { annotations: { summary: 'Full.', description: 'So full.', runbook_url: 'https://r/ToyFull', link: 'x' } },
    ],
    [
      "runbook: 'https://own/'",
      {
        annotations: {
          summary: 'shop {{ $labels.check }}: It is full.',
          description: 'So full.',
          runbook_url: 'https://own/',
        },
      },
    ],
    ...Object.entries({
      '90s': '1m30s',
      '1.5h': '1h30m',
      '500ms': '500ms',
      '1500ms': '1s500ms',
      '30d': '30d',
      '1h': '1h',
    }).map(([written, told]) => [`for: ${written}`, { for: told }] as const),
  ] as const)('%s', async (written, told) => {
    const said = await rulesOf(`ToyFull: { ${written} }, labels: { team: shop }, runbooks: 'https://r/{alert}'`);
    expect(said).toMatchObject({ code: 0, stderr: '' });
    const { rules } = await rulesOf("labels: { team: shop }, runbooks: 'https://r/{alert}'");
    expect(said.alert('ToyFull')).toEqual({ ...rules.find(({ alert }) => alert === 'ToyFull'), ...told });
    expect(said.rules.filter(({ alert }) => alert !== 'ToyFull')).toEqual(
      rules.filter(({ alert }) => alert !== 'ToyFull'),
    );
  });
  test('for: 0s is at once', async () => {
    expect((await rulesOf('ToyFull: { for: 0s }')).alert('ToyFull')).not.toHaveProperty('for');
  });
  test('without effect is a note', async () => {
    const said = await rulesOf('disabled: [ToyFull], ToyFull: { for: 1m }, ToyOfRedis: { for: 1m }');
    expect(said).toMatchObject({
      code: 0,
      stderr:
        'note: alerts.ToyFull has no effect: alerts.disabled names it\n' +
        'note: alerts.ToyOfRedis has no effect: its pack, redis, is off\n',
    });
  });
});

const refusals: readonly (readonly [written: string, message: string, fix: string])[] = [
  ['ToyFul: { for: 1m }', 'alerts.ToyFul: unknown key `ToyFul`', 'did you mean `ToyFull`?'],
  ['toy_full: { for: 1m }', 'alerts.toy_full: unknown key `toy_full`', 'write `ToyFull`'],
  ['disabled: [ToySlw]', 'alerts.disabled[0]: `ToySlw` must be one of', 'did you mean `ToySlow`?'],
  ['packs: [auto, redos]', 'alerts.packs[1]: `redos` must be one of', 'did you mean `redis`?'],
  ['packs: redis', 'alerts.packs: `redis` must be auto, or a list such as [auto, kubernetes]', 'write [redis]'],
  [
    'ToyFull: { threshold: 90 }',
    'alerts.ToyFull.threshold: 90 is out of range: it is a ratio, from 0.01 to 1',
    'write 0.9',
  ],
  ['ToyFull: { threshold: 900 }', 'alerts.ToyFull.threshold: 900 is out of range', 'write 1'],
  ['ToyFull: { threshold: 0 }', 'alerts.ToyFull.threshold: 0 is out of range', 'write 0.01'],
  [
    'ToySlow: { threshold: 500 }',
    'alerts.ToySlow.threshold: 500 is out of range: it is in seconds, from 0.1 to 60',
    'write 0.5',
  ],
  ['ToyFull: { threshold: 90% }', 'alerts.ToyFull.threshold: `90%` must be a number', 'write digits without quotes'],
  [
    'ToyGone: { threshold: 1 }',
    'alerts.ToyGone.threshold: has no effect: the alert compares with no number',
    'leave it out',
  ],
  ['ToyFull: { for: 2w }', 'alerts.ToyFull.for: `2w` is not a duration', 'write 14d'],
  ['ToyFull: { for: 31d }', 'alerts.ToyFull.for: `31d` must be between 0ms and 30d', ''],
  ['ToyFull: { for: 5 }', 'alerts.ToyFull.for: `5` has no unit', 'write 5s for seconds'],
  ['ToyFull: { severity: page }', 'alerts.ToyFull.severity: `page` must be one of critical, warning, info', ''],
  ['ToyFull: { severity: none }', 'alerts.ToyFull.severity: `none` must be one of critical, warning, info', ''],
  ['ToyFull: { treshold: 1 }', 'alerts.ToyFull.treshold: unknown key `treshold`', 'did you mean `threshold`?'],
  [
    'ToyFull: off',
    'alerts.ToyFull: `off` must be a map of what is different of the alert; to leave the alert out, write its name below `disabled`',
    '',
  ],
  ['ToyFull: { runbook: runbooks/x }', 'alerts.ToyFull.runbook: `runbooks/x` must be an http or https URL', ''],
  [
    'ToyFull: { labels: { check: x } }',
    'alerts.ToyFull.labels.check: is taken: it is what alerts tell one from another by',
    'write another name than check',
  ],
  [
    "ToyFull: { labels: { a: 'so {{ $value }}' } }",
    'alerts.ToyFull.labels.a: must not have the value in it',
    'say the value in an annotation',
  ],
  [
    "ToyFull: { annotations: { a: 'so {{ $value' } }",
    'alerts.ToyFull.annotations.a: has a `{{` that no `}}` ends',
    'write a template',
  ],
  [
    "annotations: { a: 'so {{ $labels.check | humanise }}' }",
    'alerts.annotations.a: has humanise in a template, which is no function of Prometheus',
    'did you mean `humanize`?',
  ],
  [
    "labels: { a: 'x {{ $labels. }}' }",
    'alerts.labels.a: has a dot in a template that no name follows',
    'write `$labels.NAME`',
  ],
  [
    "annotations: { a: '{{ .Labels.check }}' }",
    'alerts.annotations.a: is a template of Prometheus as Helm could have it too',
    'write `$labels`, `$value`, `$externalLabels` or `$externalURL` in place',
  ],
  ...['alertname', 'severity', 'service', 'namespace', 'check'].map(
    (name) => [`labels: { ${name}: x }`, `alerts.labels.${name}: is taken`, `write another name than ${name}`] as const,
  ),
  ["labels: { 'a-b': x }", 'alerts.labels.a-b: the key must be a label name such as team', 'rename the key'],
  ['labels: { __a: x }', 'alerts.labels.__a: the key must be a label name such as team', 'rename the key'],
  ['labels: { cluster: x }, external: [cluster]', 'alerts.labels.cluster: is in external too', 'leave it out'],
  ['labels: { cluster: x }, select: { cluster: x }', 'alerts.labels.cluster: is in select too', 'leave it out'],
  ['select: { check: db }', 'alerts.select.check: is taken', 'write another name than check'],
  ['select: { job: a }', 'alerts.select.job: is taken', 'write another name than job'],
  ["select: { cluster: '' }", 'alerts.select.cluster: ', ''],
  ['external: [cluster, cluster]', 'alerts.external[1]: is there already', 'leave it out'],
  ['external: [instance]', 'alerts.external[0]: is taken', 'write another name than instance'],
  [
    'annotations: { summary: x }',
    'alerts.annotations.summary: would be the same for every alert',
    'write it below the name of one alert',
  ],
  ['annotations: { runbook_url: x }', 'alerts.annotations.runbook_url: is the URL of the runbook', 'write `runbooks`'],
  ["runbooks: 'https://example.com/'", 'must have {alert} where the name of the alert is to stand', 'write `runbooks`'],
  ["runbooks: 'ftp://example.com/{alert}'", 'must be an http or https URL', 'write `runbooks`'],
  ['prefix: my-shop', 'alerts.prefix: `my-shop` must be a word that begins with a capital', 'write MyShop'],
  ['prefix: 9', 'alerts.prefix: `9` must be a string', ''],
  ['jobs: { check: x }', 'alerts.jobs.check: unknown key `check`', 'did you mean `checks`?'],
];

describe('is refused', () => {
  test.each(refusals)('%s', async (written, message, fix) => {
    const { code, stdout, stderr } = await rulesOf(written);
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/^\S+\.yaml:2:\d+ alerts/); // at its line
    expect(stderr).toContain(message);
    if (fix !== '') expect(stderr).toContain(`\n  fix: ${fix}`);
    expect(stderr).not.toMatch(/fix: *$/m);
    expect(stderr.match(/^\S+\.yaml:/gm)).toHaveLength(1);
  });
  test('a template without quotes, in words of its own', async () => {
    for (const text of ['{{ .Labels.check }}', '{{ $labels.check }}'])
      expect((await rulesOf(`annotations: { a: ${text} }`)).stderr).toContain(
        "YAML: a template of Prometheus needs quotes\n  fix: put it in quotes, as in '{{ $labels.check }}'\n",
      );
    expect((await rulesOf('annotations: { a: {{ .Values.check }} }')).stderr).toContain(
      'of a template that was not filled in',
    );
  });
  test('every mistake at once', async () => {
    const { stderr } = await rulesOf('ToyFull: { threshold: 90 }, labels: { check: x }, ToySlow: { threshold: 0 }');
    expect(stderr.match(/^\S+\.yaml:/gm)).toHaveLength(3);
  });
});

test('print-config shows the values in force', async () => {
  const file = fileOf(withAlerts('ToyFull: { threshold: 0.8, for: 1.5h, labels: { team: shop } }'));
  const { stdout } = await runHere(['print-config', '--config', file]);
  expect(stdout).toMatch(/^alerts:\n {2}packs: auto +# default$/m);
  expect(stdout).toMatch(
    /^ {2}ToyFull:\n {4}threshold: 0\.8 +# \S+:2\n {4}for: 1h30m +# \S+:2\n {4}labels: .*team.*# \S+:2$/m,
  );
});
