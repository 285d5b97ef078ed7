// What features find when they ask the world once, for people.
import type { Configuration } from '../config/configuration.ts';
import { pathText } from '../config/problems.ts';
import { systemClock } from '../core/clock.ts';
import { createRedactor } from '../core/redact.ts';
import { type Asked, othersOf } from '../features/define.ts';
import type { Paint } from './terminal.ts';
import { plainLine } from './terminal.ts';

/** One thing that was asked, at the place of the configuration that it is about. */
export type Answered = Omit<Asked, 'path'> & { readonly path: string };

/** Asks for each feature of the configuration that has something to ask, one after the other. */
export async function askFeatures(configuration: Configuration): Promise<readonly Answered[]> {
  const { features, service, namespace, secrets } = configuration;
  const found: Answered[] = [];
  for (const { feature, settings } of features) {
    const online = await feature.online?.();
    const others = othersOf(feature, features);
    const asking = { ...{ clock: systemClock, redact: createRedactor(() => secrets) }, service, namespace, others };
    const asked = (await online?.ask(settings, asking)) ?? [];
    for (const { path, ...said } of asked) found.push({ path: pathText(path), ...said });
  }
  return found;
}

/** `slos.checkout.indicator.threshold  good: shop_request_seconds has the bucket 0.2` */
export function answeredText(answered: readonly Answered[], paint: Paint): string {
  const colours = { good: paint.good, bad: paint.bad, unknown: paint.doubtful } as const;
  return answered
    .map(({ path, result, message, fix }) => {
      const how = fix === undefined ? '' : `  ${paint.faint('fix:')} ${plainLine(fix)}\n`;
      return `${paint.strong(path)}  ${colours[result](result)}: ${plainLine(message)}\n${how}`;
    })
    .join('');
}
