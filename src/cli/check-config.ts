// sidewarden check-config: what the configuration means, or everything that is wrong with it.
import { planOf } from '../checks/plan-of.ts';
import { formatProblems } from '../config/problems.ts';
import { detectionBoundMs, expiryMs } from '../core/bounds.ts';
import { formatDuration } from '../core/duration.ts';
import { defineCommand } from './command.ts';
import { badConfiguration, type Configuration, load } from './loading.ts';
import { configuration as configurationOptions, json } from './options.ts';
import { allPassed, type Probed, probe, probedText } from './probing.ts';
import { counted, paintFor, say, sayJson, table } from './terminal.ts';

export const command = defineCommand({
  about: `Every mistake is told at once, with its line and how to
mend it, and the code is then 78. A right one is shown with what follows from it: how soon each check sees a fault (bound)
and how long a pass is believed (expiry). Nothing is connected to without --online.`,
  options: {
    ...configurationOptions,
    online: { type: 'boolean', summary: 'probe each check once too: one that does not pass is a failure (1)' },
    strict: { type: 'boolean', summary: 'a note is a failure too (1)' },
    json,
  },
  examples: [
    ['sidewarden check-config --config sidewarden.yaml', 'before it is rolled out'],
    ['sidewarden check-config --online', 'and does everything that it names answer?'],
    ['sidewarden check-config --strict --json', 'for a pipeline'],
  ],
  async execute({ values }) {
    const loaded = load(values);
    if (!loaded.ok) {
      if (values.json === true) sayJson({ ok: false, problems: loaded.problems });
      else process.stderr.write(`${formatProblems(loaded.problems)}\n`);
      return badConfiguration;
    }
    const { configuration, notes } = loaded;
    const probed = values.online === true ? await probe(configuration, configuration.checks) : undefined;
    const noted = values.strict === true && notes.length > 0;
    const ok = !noted && (probed === undefined || configuration.checks.length === 0 || allPassed(probed));
    if (values.json === true) sayJson(jsonOf(configuration, notes, ok, probed));
    else say(textOf(configuration, notes, noted, probed));
    return ok ? 0 : 1;
  },
});

const scheduleOf = ({ schedule }: Configuration['checks'][number]): string =>
  schedule.kind === 'cron' ? schedule.expression : formatDuration(schedule.intervalMs);

function textOf(configuration: Configuration, notes: readonly string[], noted: boolean, probed?: Probed): string {
  const paint = paintFor(process.stdout);
  const rows = configuration.checks.map((check) => {
    const { name, policy, definition, gates } = planOf(check);
    const durations = [policy.timeoutMs, detectionBoundMs(policy), expiryMs(policy)].map(formatDuration);
    return [name, definition.type, scheduleOf(check), ...durations, gates.join(' ') || '-'];
  });
  const header = ['check', 'type', 'schedule', 'timeout', 'bound', 'expiry', 'gates'];
  return [
    `${configuration.source}: ${paint.good('good')}, ${counted(rows.length, 'check')}\n`,
    rows.length === 0 ? '' : table([header, ...rows], process.stdout),
    ...notes.map((note) => `${paint.doubtful('note:')} ${note}\n`),
    ...(noted ? [`${paint.bad('failed:')} --strict, and there is ${counted(notes.length, 'note')}\n`] : []),
    ...(probed === undefined ? [] : ['\n', probedText(probed, paint)]),
  ].join('');
}

function jsonOf(configuration: Configuration, notes: readonly string[], ok: boolean, probed?: Probed): object {
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
    };
    return [name, facts] as const;
  });
  return { ok, source: configuration.source, notes, checks: Object.fromEntries(checks) };
}
