// What is wrong with what an objective measures.
import { nearest } from '../../config/nearest.ts';
import type { SettingsProblem } from '../define.ts';
import { histogramPart, knownMetric, nearestBuckets } from './app-facts.ts';
import type { Known, Part } from './known.ts';
import { parseSelector } from './selector.ts';
import { matchersMistake, selectorMistake } from './selector-mistake.ts';
import { type IndicatorSettings, indicatorKinds } from './settings.ts';

type PartOfIndicator = Part<IndicatorSettings>;
type Path = SettingsProblem['path'];

const problem = (path: Path, message: string, fix: string): SettingsProblem => ({ path, message, fix });

/** Places are below `indicator`. */
export function indicatorProblems(indicator: PartOfIndicator, known: Known): readonly SettingsProblem[] {
  const kinds = indicatorKinds.filter((kind) => indicator[kind] !== undefined);
  const [first, second] = kinds;
  if (first === undefined) {
    const hint = indicator.threshold === undefined && indicator.selector === undefined ? '' : 'add `histogram`, or ';
    const fix = `${hint}write one of ${indicatorKinds.join(', ')}, as \`indicator: { ready: true }\``;
    return [problem([], 'measures nothing', fix)];
  }
  if (second !== undefined) {
    const fix = 'keep one, and make an objective of its own of the other';
    return [problem([second], `measures ${kinds.join(' and ')}: an objective has one indicator`, fix)];
  }
  return [
    ...strayProblems(indicator, first),
    ...(indicator.check === undefined ? [] : checkProblems(indicator.check, known)),
    ...(indicator.ratio === undefined ? [] : ratioProblems(indicator.ratio, known)),
    ...(indicator.histogram === undefined ? [] : histogramProblems(indicator, indicator.histogram, known)),
    ...(indicator.expression === undefined ? [] : expressionProblems(indicator.expression)),
  ];
}

/** What belongs to a histogram and stands without one. */
const strayProblems = (indicator: PartOfIndicator, kind: string): readonly SettingsProblem[] =>
  kind === 'histogram'
    ? []
    : (['selector', 'threshold'] as const).flatMap((key) =>
        indicator[key] === undefined
          ? []
          : [problem([key], `has no effect on ${kind}`, 'leave it out, or write histogram')],
      );

function checkProblems(check: string, { checks }: Known): readonly SettingsProblem[] {
  const names = checks.map(({ name }) => name);
  if (names.includes(check)) return [];
  const near = nearest(check, names);
  const all = names.length > 10 ? `${names.slice(0, 10).join(', ')}, …` : names.join(', ');
  const fix =
    near === undefined ? `the checks are: ${all || 'none, so add one below `checks:`'}` : `did you mean \`${near}\`?`;
  return [problem(['check'], `there is no check ${check}`, fix)];
}

type Pair = {
  readonly good?: string | undefined;
  readonly bad?: string | undefined;
  readonly total?: string | undefined;
};

/** What holds for selectors and expressions alike. */
function pairProblems(kind: 'ratio' | 'expression', { good, bad, total }: Pair): readonly SettingsProblem[] {
  if (good !== undefined && bad !== undefined)
    return [problem([kind, 'bad'], 'good and bad are both set: one follows from the other', 'keep one of them')];
  if (good === undefined && bad === undefined)
    return [problem([kind], 'needs good or bad: total alone says nothing of either', 'add `good`, or `bad`')];
  if (total !== undefined && (good ?? bad)?.trim() === total.trim()) {
    const key = good === undefined ? 'bad' : 'good';
    return [problem([kind, key], `is total itself: every event would be ${key}`, `select the ${key} ones alone`)];
  }
  return [];
}

function ratioProblems(ratio: Pair, { app }: Known): readonly SettingsProblem[] {
  const series = (['good', 'bad', 'total'] as const).flatMap((key) => {
    const text = ratio[key];
    if (text === undefined) return [];
    const mistake = selectorMistake(text);
    if (mistake !== undefined) return [problem(['ratio', key], mistake.message, mistake.fix)];
    const name = parseSelector(text)?.name ?? '';
    const type = knownMetric(app, name)?.type ?? 'counter';
    if (type === 'counter') return [];
    const fix = type === 'histogram' ? `write ${name}_count` : 'choose a counter, whose name ends in _total as a rule';
    return [problem(['ratio', key], `${name} is a ${type}, and events are counted by counters`, fix)];
  });
  return [...pairProblems('ratio', ratio), ...series];
}

function histogramProblems({ threshold, selector }: PartOfIndicator, histogram: string, { app }: Known) {
  const part = histogramPart.exec(histogram)?.[0];
  const name = part === undefined ? histogram : histogram.slice(0, -part.length);
  const known = knownMetric(app, name);
  const mistake = selector === undefined ? undefined : matchersMistake(selector);
  return [
    ...(part === undefined ? [] : [problem(['histogram'], `is a part of a histogram: ${part}`, `write ${name}`)]),
    ...(known === undefined || known.type === 'histogram'
      ? []
      : [
          problem(
            ['histogram'],
            `is a ${known.type} by ${known.by}, and no histogram`,
            'use `ratio`, or name a histogram',
          ),
        ]),
    ...(mistake === undefined ? [] : [problem(['selector'], mistake.message, mistake.fix)]),
    ...(threshold === undefined
      ? [
          problem(
            ['threshold'],
            'is missing: it says up to which bucket events are good',
            'add `threshold`, in the unit of the histogram',
          ),
        ]
      : thresholdProblems(threshold, name, known?.buckets ?? [])),
  ];
}

/** @param buckets where they are known */
function thresholdProblems(threshold: number, name: string, buckets: readonly number[]): readonly SettingsProblem[] {
  if (buckets.length === 0 || buckets.includes(threshold)) return [];
  const { message, fix } = bucketMistake(threshold, name, buckets);
  return [problem(['threshold'], message, fix)];
}

/** Of a threshold that is none of the buckets. */
export function bucketMistake(threshold: number, name: string, buckets: readonly number[]) {
  const message = `${threshold} is no bucket of ${name}`;
  const last = buckets.at(-1) ?? 0;
  const seconds = threshold / 1000;
  const isMilliseconds = threshold > 5 * last && name.endsWith('_seconds') && seconds >= (buckets[0] ?? 0);
  if (isMilliseconds && buckets.includes(seconds))
    return { message: `${message}, whose buckets are in seconds, up to ${last}`, fix: `write ${seconds}` };
  const near = nearestBuckets(buckets, isMilliseconds ? seconds : threshold);
  const unit = isMilliseconds ? `, whose buckets are in seconds, up to ${last}` : '';
  return {
    message: `${message}${unit}`,
    fix: `write ${near.join(' or ')}${near.length > 1 ? ', the nearest ones' : ''}`,
  };
}

function expressionProblems(expression: Pair): readonly SettingsProblem[] {
  const texts = (['good', 'bad', 'total'] as const).flatMap((key) => {
    const mistake = expressionMistake(expression[key]);
    return mistake === undefined ? [] : [problem(['expression', key], mistake.message, mistake.fix)];
  });
  return [...pairProblems('expression', expression), ...texts];
}

/** Prometheus has three kinds of quotes. */
const quotedParts = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g;

function expressionMistake(text: string | undefined): { readonly message: string; readonly fix: string } | undefined {
  if (text === undefined) return undefined;
  const strange = /\$(?!window\b)\w+/.exec(text.replaceAll(quotedParts, ''))?.[0];
  if (strange !== undefined)
    return {
      message: `${strange} stands for nothing: windows from 5m to the whole stand for $window`,
      fix: 'write $window',
    };
  if (!/\$window\b/.test(text)) {
    const fixed = /\[([0-9][^\]:]*)\]/.exec(text)?.[1];
    const message = 'has no $window: it is asked over windows from 5m to the whole';
    const fix =
      fixed === undefined ? 'write it as sum(increase(x_total[$window]))' : `write [$window] in place of [${fixed}]`;
    return { message, fix };
  }
  const open = unclosed(text);
  return open === undefined ? undefined : { message: `has ${open} without its other half`, fix: 'close what is open' };
}

const halves: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** The first bracket that has no other half, outside of quotes. */
function unclosed(text: string): string | undefined {
  const open: string[] = [];
  for (const one of text.replaceAll(quotedParts, '').replaceAll(/#.*$/gm, '')) {
    if ('([{'.includes(one)) open.push(one);
    const half = halves[one];
    if (half !== undefined && open.pop() !== half) return one;
  }
  return open[0];
}
