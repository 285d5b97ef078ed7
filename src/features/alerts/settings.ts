// What the configuration says of the alerts: which, and what of them is different here.
import { z } from 'zod';
import { durationBetween, kinds } from '../../core/fields.ts';
import { alerts as known, packNames, severities } from './known.ts';

const names = Object.keys(known);
const day = 86_400_000;

const labelName = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
const labelNames = z.string().regex(labelName, 'must be a label name such as team');
/** By name. Of Prometheus a template, so that `{{ $labels.check }}` may stand in it. */
const texts = z.record(labelNames, z.string());

const url = (text: string): boolean => URL.canParse(text) && /^https?:\/\//.test(text);

const prefixForm = /^[A-Z][a-zA-Z0-9]*$/;
const prefix = z
  .string()
  .superRefine((text, context) => {
    if (prefixForm.test(text)) return;
    const words = text.split(/[^a-zA-Z0-9]+/).map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
    const near = words.join('').replace(/^\d+/, '');
    const message = 'must be a word that begins with a capital, such as Shop: names of alerts begin with it';
    context.addIssue({ code: 'custom', message, params: { fix: prefixForm.test(near) ? `write ${near}` : null } });
  })
  .meta({ pattern: prefixForm.source });

/** One object for all alerts: what differs, their thresholds, is judged by what is known of them. */
const override = z
  .strictObject(
    {
      threshold: z.number().optional().describe('the number that the alert compares with, in its own unit'),
      for: durationBetween(0, 30 * day)
        .optional()
        .describe('how long it holds before the alert fires'),
      severity: z
        .enum(severities)
        .optional()
        .describe('critical wakes somebody, warning waits for the day, info is read'),
      labels: texts.optional().describe('labels to add to this alert'),
      annotations: texts.optional().describe('annotations to add to this alert, or to say in place of its own'),
      runbook: z
        .string()
        .refine(url, 'must be an http or https URL')
        .optional()
        .describe('URL of its runbook, in place of that of `runbooks`'),
    },
    'must be a map of what is different of the alert; to leave the alert out, write its name below `disabled`',
  )
  .meta({ id: 'alert' })
  .register(kinds, { kind: 'alike' });
const overrides = override.optional();

const jobs = z
  .strictObject({
    checks: z.string().min(1).optional().describe('of /metrics/checks; SERVICE-sidewarden unless set'),
    statistics: z.string().min(1).optional().describe('of /metrics/statistics; SERVICE-statistics unless set'),
    app: z.string().min(1).optional().describe('of /metrics/app; SERVICE-app unless set'),
  })
  .prefault({})
  .describe('the label `job` that Prometheus gives each of our pages');

const asked = ['auto', ...packNames] as const;
const auto = z
  .string()
  .superRefine((text, context) => {
    if (text === 'auto') return;
    const fix = asked.some((name) => name === text) ? `write [${text}]` : null;
    context.addIssue({
      code: 'custom',
      message: 'must be auto, or a list such as [auto, kubernetes]',
      params: { fix },
    });
  })
  .meta({ enum: ['auto'] });

export const settings = z
  .strictObject({
    packs: z
      .union([auto, z.array(z.enum(asked)).min(1)])
      .default('auto')
      .describe('packs of alerts: a list; auto, also in it: those of what is configured, without kubernetes'),
    prefix: prefix.optional().describe('what the names of the alerts begin with; none unless set'),
    labels: texts.default({}).describe('labels to add to every alert'),
    annotations: texts.default({}).describe('annotations to add to every alert'),
    runbooks: z
      .string()
      .refine(url, 'must be an http or https URL')
      .refine((text) => text.includes('{alert}'), 'must have {alert} where the name of the alert is to stand')
      .optional()
      .describe('URL of the runbooks, in which {alert} stands for the name of an alert'),
    disabled: z.array(z.enum(names)).default([]).describe('alerts to leave out'),
    external: z.array(labelNames).default([]).describe('labels that every series has, as cluster: alerts keep them'),
    select: z
      .record(labelNames, z.string().min(1))
      .default({})
      .describe('labels by which the rules tell these series from others, as namespace: prod; alerts keep them'),
    jobs,
    ...Object.fromEntries(names.map((name) => [name, overrides])),
  })
  .describe('the alerts that `sidewarden generate rules` writes');

export type AlertsSettings = z.output<typeof settings>;
export type AlertSettings = z.output<typeof override>;

/** What is different of an alert. */
export const overrideOf = (settings: AlertsSettings, name: string): AlertSettings | undefined =>
  (settings as unknown as Readonly<Record<string, AlertSettings | undefined>>)[name];
