// What `statistics` of an `elasticsearch` check can say.
import { z } from 'zod';
import { statisticsFields } from '../../statistics.ts';

export const statisticsSettings = z
  .strictObject({
    ...statisticsFields,
    snapshots: z
      .boolean()
      .default(false)
      .describe('also read the snapshots of each repository, every 15 minutes: each answer reads the repository'),
  })
  .prefault({})
  .describe('the statistics of this cluster, beside its health');
