// The rules that we generate for the objectives of the history.
import { stringify } from 'yaml';
import type { Rule } from '../../../../src/features/alerts/rule.ts';
import { generated } from '../../alerts/generated.ts';
import { written } from './objectives.ts';

/** As in a file for Prometheus. @throws what is wrong with the configuration */
export async function ourRules(): Promise<readonly Rule[]> {
  const configuration = {
    service: 'shop',
    checks: {
      database: { type: 'postgres', url: 'postgres://shop@db/shop' },
      app: { type: 'http', url: 'http://127.0.0.1:8080/' },
    },
    app: { metrics: { url: 'http://127.0.0.1:8080/metrics' } },
    prometheus: { retention: '60d' },
    slos: written,
    alerts: { packs: ['slo'] },
  };
  const { rules, code, stderr } = await generated(stringify(configuration));
  if (code !== 0) throw new Error(stderr);
  return rules;
}
