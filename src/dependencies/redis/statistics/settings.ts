// What `statistics` of a `redis` check can say.
import { z } from 'zod';
import { statisticsFields } from '../../statistics.ts';

export const statisticsSettings = z
  .strictObject({
    ...statisticsFields,
    slowlog_get: z
      .boolean()
      .default(true)
      .describe('ask for the newest entry of the slow log too; its grant shows commands with their arguments'),
    latency_histogram: z.boolean().default(true).describe('a histogram of the latency of each command too'),
  })
  .prefault({})
  .describe('the statistics of this server, beside its health');
