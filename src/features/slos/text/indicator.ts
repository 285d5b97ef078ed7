// What an indicator measures, in words.
import { type IndicatorSettings, kindOf } from '../settings.ts';

/** For people. */
export function inWords(indicator: IndicatorSettings): string {
  const { check, ratio, histogram, selector, threshold, expression } = indicator;
  switch (kindOf(indicator)) {
    case 'ready':
      return 'each second, whether /health/ready answers 200';
    case 'check':
      return `each second, whether the check ${check} is healthy`;
    case 'histogram':
      return `events of ${histogram}${selector === undefined ? '' : `{${selector}}`} that are good up to ${threshold}`;
    default: {
      const { good, bad, total } = ratio ?? expression ?? { total: '' };
      return `${bad === undefined ? `good: ${good}` : `bad: ${bad}`}; all: ${total}`;
    }
  }
}
