// sidewarden check-config: what the configuration means, or everything that is wrong with it.
import { planOf } from '../checks/plan-of.ts';
import type { Taken } from '../config/load.ts';
import { problemsJson } from '../config/problems.ts';
import { detectionBoundMs, expiryMs } from '../core/bounds.ts';
import type { Pods } from '../core/cost.ts';
import { formatDuration } from '../core/duration.ts';
import { type Answered, answeredText, askFeatures } from './asking.ts';
import { defineCommand, UsageError } from './command.ts';
import { besidesOf, costJson, costText, podsOf } from './costing.ts';
import { exitCodes } from './exit-codes.ts';
import { compareLimits, type Limits, limitNotes, limitsJson, unknownNotes } from './limits.ts';
import { type Configuration, explain, load, notRead } from './loading.ts';
import { configuration as configurationOptions, json } from './options.ts';
import { notesOfParts } from './parts.ts';
import { allPassed, type Probed, probe, probedText } from './probing.ts';
import { type Series, seriesJson, seriesOf } from './series.ts';
import { counted, paintFor, paragraph, say, sayJson, table } from './terminal.ts';

export const command = defineCommand({
  about: `Every mistake is told at once, with its line and how to
fix it, and the code is then 78. A right one is shown with what follows from it: how soon each check sees a fault (bound)
and how long a pass is believed (expiry). Nothing is connected to without --online.`,
  operands: { form: '[FILE]', most: 1 },
  options: {
    ...configurationOptions,
    online: {
      type: 'boolean',
      summary: 'probe each check once too, and ask for what objectives count: what fails is a failure (1)',
    },
    replicas: {
      type: 'string',
      value: 'N',
      summary: 'say what so many pods cost the dependencies, and how many series they have',
    },
    strict: { type: 'boolean', summary: 'a note is a failure too (1)' },
    json,
  },
  examples: [
    ['sidewarden check-config sidewarden.yaml', 'before it is rolled out'],
    ['sidewarden check-config - < sidewarden.yaml', 'what another program gives'],
    ['sidewarden check-config --online', 'and does everything that it names answer?'],
    ['sidewarden check-config --strict --json', 'for a pipeline'],
    ['sidewarden check-config --replicas 50', 'how many connections, log-ins and requests are fifty pods?'],
  ],
  async execute({ values, operands: [file] }) {
    const pods = values.replicas === undefined ? undefined : podsOf(values.replicas);
    if (file !== undefined && values.config !== undefined)
      throw new UsageError(`two files are named, ${file} and ${values.config}: name one, with or without --config`);
    const loaded = load(file === undefined ? values : { ...values, config: file });
    if (!loaded.ok) {
      if (values.json === true) sayJson({ ok: false, problems: problemsJson(loaded.problems) });
      else explain(loaded);
      return exitCodes.configuration;
    }
    const { configuration } = loaded;
    const probed = values.online === true ? await probe(configuration, configuration.checks) : undefined;
    const answered = values.online === true ? await askFeatures(configuration) : [];
    const compared = pods ?? podsOf('1');
    const limits = probed && (await compareLimits(configuration, probed, compared));
    const series = pods && (await seriesOf(configuration, pods, besidesOf(configuration, pods)));
    const learned = limits ? [...limitNotes(limits, compared), ...(pods ? unknownNotes(limits, pods) : [])] : [];
    const told = { ...loaded, notes: [...loaded.notes, ...(await notesOfParts(configuration)), ...learned] };
    const noted = values.strict === true && told.warnings.length + told.notes.length > 0;
    const isBad = answered.some(({ result }) => result === 'bad');
    const ok = !noted && !isBad && (probed === undefined || configuration.checks.length === 0 || allPassed(probed));
    if (values.json === true) sayJson(jsonOf(told, { ok, probed, answered, limits, pods, series }));
    else say(textOf(told, { noted, probed, answered, pods, series }));
    return ok ? 0 : 1;
  },
});

const scheduleOf = ({ schedule }: Configuration['checks'][number]): string =>
  schedule.kind === 'cron' ? schedule.expression : formatDuration(schedule.intervalMs);

const legend = 'bound: longest time from a fault to an answer; expiry: how long a pass counts';

type Findings = {
  readonly probed: Probed | undefined;
  readonly answered: readonly Answered[];
  readonly pods: Pods | undefined;
  readonly series: Series | undefined;
};

function textOf(loaded: Taken, findings: Findings & { readonly noted: boolean }): string {
  const { configuration, warnings, notes, passedOver } = loaded;
  const { noted, probed, answered, pods, series } = findings;
  const paint = paintFor(process.stdout);
  const rows = configuration.checks.map((check) => {
    const { name, policy, definition, gates } = planOf(check);
    const durations = [policy.timeoutMs, detectionBoundMs(policy), expiryMs(policy)].map(formatDuration);
    return [name, definition.type, scheduleOf(check), ...durations, gates.join(' ') || '-'];
  });
  const on = configuration.features.map(({ feature }) => feature.key).join(', ');
  const header = ['check', 'type', 'schedule', 'timeout', 'bound', 'expiry', 'gates'];
  const many = [counted(warnings.length, 'warning'), counted(notes.length, 'note')].filter((some) => !/^0/.test(some));
  return [
    `${configuration.source}: ${paint.good('good')}, ${counted(rows.length, 'check')}${on === '' ? '' : `; on: ${on}`}\n`,
    ...(passedOver.length === 0 ? [] : [`${notRead(passedOver)}\n`]),
    rows.length === 0 ? '' : `${table([header, ...rows], process.stdout)}${paint.faint(legend)}\n`,
    ...warnings.map((warning) => paragraph('warning:', warning, process.stdout, paint.bad)),
    ...notes.map((note) => paragraph('note:', note, process.stdout, paint.doubtful)),
    ...(noted
      ? [
          `${paint.bad('failed:')} --strict, and there ${warnings.length + notes.length === 1 ? 'is' : 'are'} ${many.join(' and ')}\n`,
        ]
      : []),
    ...(probed === undefined ? [] : ['\n', probedText(probed, paint)]),
    ...(answered.length === 0 ? [] : ['\n', answeredText(answered, paint)]),
    ...(pods === undefined || series === undefined || rows.length === 0
      ? []
      : ['\n', costText(configuration, pods, series)]),
  ].join('');
}

function jsonOf(
  loaded: Taken,
  findings: Findings & { readonly ok: boolean; readonly limits: Limits | undefined },
): object {
  const { configuration, warnings, notes, passedOver } = loaded;
  const { ok, probed, answered, limits, pods, series } = findings;
  const besides = pods && besidesOf(configuration, pods);
  const checks = configuration.checks.map((check) => {
    const { name, policy, definition, required, gates } = planOf(check);
    const facts = {
      type: definition.type,
      required,
      gates,
      schedule: scheduleOf(check),
      timeout_ms: policy.timeoutMs,
      detection_bound_ms: detectionBoundMs(policy),
      expiry_ms: expiryMs(policy),
      ...(probed?.[name] && { probe: probed[name] }),
      ...(pods && besides && series && { cost: costJson(check, pods, besides, series) }),
    };
    return [name, facts] as const;
  });
  const { source } = configuration;
  return {
    ok,
    source,
    not_read: passedOver,
    warnings,
    notes,
    ...pods,
    ...(limits && limitsJson(limits)),
    ...(series && { series: seriesJson(series) }),
    checks: Object.fromEntries(checks),
    features: configuration.features.map(({ feature }) => feature.key),
    ...(answered.length > 0 && { asked: answered }),
  };
}
