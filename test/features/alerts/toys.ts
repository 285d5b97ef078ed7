// A small catalogue for what is told of overrides: it does not change when alerts come.
import type { Pack } from '../../../src/features/alerts/pack.ts';

const ratio = { value: 0.9, least: 0.01, most: 1, unit: 'ratio' };

export const packs: readonly Pack[] = [
  {
    name: 'probes',
    about: 'checks',
    auto: () => true,
    recordings: [
      { record: 'check:toy_fullness:max', expr: 'max by (check) (sidewarden_check_up{})' },
      { record: 'check:toy_deep:max', expr: 'max by (check) (check:toy_fullness:max{})' },
      { record: 'check:toy_board:max', expr: 'max by (check) (sidewarden_check_up{})' },
    ],
    alerts: [
      {
        ...{ name: 'ToyFull', threshold: ratio, for: '10m', severity: 'warning', labels: ['check'] },
        ...{ expr: 'check:toy_deep:max{} > $threshold', summary: 'It is full.', description: 'So full.' },
      },
      {
        ...{ name: 'ToySlow', threshold: { value: 2, least: 0.1, most: 60, unit: 'seconds' }, for: '5m' },
        ...{ severity: 'critical', labels: ['check'], summary: 'It is slow.', description: 'So slow.' },
        expr: 'max by (check) (sidewarden_check_duration_seconds_sum{}) > $threshold',
      },
      {
        ...{ name: 'ToyGone', for: '0s', severity: 'critical', labels: [], expr: 'absent(sidewarden_check_up{})' },
        ...{ summary: 'It is gone.', description: 'Gone.', absent: true },
      },
    ],
  },
  {
    name: 'redis',
    about: 'toys of Redis',
    auto: ({ checks }) => checks.some(({ type }) => type === 'redis'),
    silence: 'on (check) (check:toy_fullness:max{} == 0)',
    recordings: [],
    alerts: [
      {
        ...{
          name: 'ToyOfRedis',
          for: '5m',
          severity: 'info',
          labels: ['check'],
          summary: 'A toy.',
          description: 'A toy.',
        },
        expr: 'max by (check) (redis_up{}) == 2',
      },
    ],
  },
  {
    name: 'kubernetes',
    about: 'toys of clusters',
    auto: () => false,
    recordings: [],
    alerts: [
      {
        ...{ name: 'ToyOfCluster', for: '5m', severity: 'info', labels: [], summary: 'A pod.', description: 'A pod.' },
        expr: 'max by () (kube_pod_info{pod=~"$service-.*"}) > 2',
      },
    ],
  },
];

export const alerts = Object.fromEntries(
  packs.flatMap((pack) =>
    pack.alerts.map(({ name, labels, threshold }) => [
      name,
      { pack: pack.name, labels, ...(threshold === undefined ? {} : { threshold }) },
    ]),
  ),
);
