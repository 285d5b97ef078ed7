// Written by `npm run generate` from catalogue/ and pack.ts: what settings are judged by. The daemon loads no more of it.
// biome-ignore-all format: a line for each alert

export const packNames = ['probes', 'statistics', 'postgres', 'redis', 'elasticsearch', 'kms', 'app', 'kubernetes', 'forecast'] as const;
export const severities = ['critical', 'warning', 'info'] as const;

type KnownAlert = {
  readonly pack: (typeof packNames)[number];
  /** That it fires with, beside those of all. */
  readonly labels: readonly string[];
  readonly threshold?: { readonly least: number; readonly most: number; readonly unit: string };
};

export const alerts: Readonly<Record<string, KnownAlert>> = {
  Watchdog: { pack: 'probes', labels: [] },
  DependencyDown: { pack: 'probes', labels: ['check', 'type'] },
  AppDown: { pack: 'probes', labels: ['check', 'type'] },
  OptionalDependencyDown: { pack: 'probes', labels: ['check', 'type'] },
  DependencyPartiallyDown: { pack: 'probes', labels: ['check', 'type'] },
  DependencyFlapping: { pack: 'probes', labels: ['check', 'type'], threshold: { least: 1, most: 900, unit: 'changes in 15 minutes' } },
  DependencySlow: { pack: 'probes', labels: ['check', 'type'], threshold: { least: 0.001, most: 60, unit: 'seconds' } },
  DependencyProbeErrors: { pack: 'probes', labels: ['check', 'type'], threshold: { least: 0.001, most: 1, unit: 'ratio' } },
  DependencyThrottled: { pack: 'probes', labels: ['check', 'type'] },
  CheckSkipped: { pack: 'probes', labels: ['check', 'type'] },
  TlsCertificateExpiringSoon: { pack: 'probes', labels: ['check', 'what'], threshold: { least: 3600, most: 31622400, unit: 'seconds' } },
  TlsCertificateExpiringNow: { pack: 'probes', labels: ['check', 'what'], threshold: { least: 600, most: 5184000, unit: 'seconds' } },
  SidecarAbsent: { pack: 'probes', labels: [] },
  SidecarDown: { pack: 'probes', labels: ['instance', 'pod'] },
  SidecarStuck: { pack: 'probes', labels: ['instance', 'pod'] },
  SidecarNotReady: { pack: 'probes', labels: ['instance', 'pod'] },
  DrainForgotten: { pack: 'probes', labels: ['instance', 'pod'] },
  SidecarRestarting: { pack: 'probes', labels: ['instance', 'pod'], threshold: { least: 0, most: 100, unit: 'restarts in an hour' } },
  SidecarEventLoopLag: { pack: 'probes', labels: ['instance', 'pod'], threshold: { least: 0.01, most: 60, unit: 'seconds' } },
  SidecarMemoryHigh: { pack: 'probes', labels: ['instance', 'pod'], threshold: { least: 33554432, most: 17179869184, unit: 'bytes' } },
  SidecarFileDescriptorsHigh: { pack: 'probes', labels: ['instance', 'pod'], threshold: { least: 50, most: 1000000, unit: 'file descriptors' } },
  SidecarCardinalityHigh: { pack: 'probes', labels: ['instance', 'pod'], threshold: { least: 100, most: 10000000, unit: 'samples' } },
  SidecarAnswersErrors: { pack: 'probes', labels: ['route', 'code'], threshold: { least: 0, most: 1000000, unit: 'answers in 10 minutes' } },
  SidecarAnswersSlowly: { pack: 'probes', labels: ['route'], threshold: { least: 0.0001, most: 1, unit: 'ratio' } },
  ConfigReloadFailed: { pack: 'probes', labels: [] },
  TlsReloadFailed: { pack: 'probes', labels: [] },
  SidecarSinkErrors: { pack: 'probes', labels: ['sink'], threshold: { least: 0, most: 1000000, unit: 'observations in 15 minutes' } },
  SidecarVersionsDiffer: { pack: 'probes', labels: [] },
  StatisticsUnreadable: { pack: 'statistics', labels: ['check'] },
  NobodyReadsStatistics: { pack: 'statistics', labels: ['check'] },
  SeveralReadStatistics: { pack: 'statistics', labels: ['check'] },
  StatisticsMissing: { pack: 'statistics', labels: ['check'] },
  CollectorsFail: { pack: 'statistics', labels: ['check'] },
  GrantMissing: { pack: 'statistics', labels: ['check', 'privilege'] },
  StatisticsCut: { pack: 'statistics', labels: ['check', 'collector'], threshold: { least: 0, most: 1000000000, unit: 'rows and series in 30 minutes' } },
};
