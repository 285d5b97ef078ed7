// What the service says of itself, by the presets that it has.
import type { Pack } from '../pack.ts';
import { authAlerts } from './app/auth.ts';
import { cacheAlerts, cacheRecordings, databaseAlerts, databaseRecordings } from './app/data.ts';
import { featureAlerts } from './app/feature.ts';
import { graphqlAlerts, graphqlRecordings } from './app/graphql.ts';
import { httpAlerts, httpRecordings } from './app/http.ts';
import { auditAlerts, businessAlerts, syncAlerts } from './app/work.ts';
import { causeIsOut } from './out.ts';

export const app: Pack = {
  name: 'app',
  about: 'requests, queries, log-ins, caches and pools of the service, and the way of its metrics',
  auto: (facts) => facts.settingsOf('app') !== undefined,
  silence: causeIsOut,
  recordings: [...httpRecordings, ...graphqlRecordings, ...cacheRecordings, ...databaseRecordings],
  alerts: [
    ...httpAlerts,
    ...graphqlAlerts,
    ...authAlerts,
    ...cacheAlerts,
    ...databaseAlerts,
    ...syncAlerts,
    ...businessAlerts,
    ...auditAlerts,
    ...featureAlerts,
  ],
};
