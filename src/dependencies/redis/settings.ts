// The settings of a redis check.
import { z } from 'zod';
import { address, credentials, duration, parsedSecret, tls } from '../../core/fields.ts';
import { iam } from '../aws/settings.ts';
import { statisticsSettings } from './statistics/settings.ts';
import { maskedRedisUrl, parseRedisUrl } from './url.ts';

const addresses = () => z.array(address()).min(1);

const sentinel = z.strictObject({
  addresses: addresses().describe('the sentinels, asked in this order until one answers'),
  name: z.string().min(1).describe('name under which the sentinels know the primary'),
  tls: z.boolean().default(false).describe('the sentinels speak TLS too, with the settings of `tls`'),
  ...credentials(),
});

const cluster = z.strictObject({
  addresses: addresses().describe('nodes of the cluster, tried in this order until one answers'),
});

const write = z.strictObject({
  interval: duration().prefault('1m').describe('how long a write that worked counts'),
  key: z.string().min(1).default('sidewarden:write').describe('key that is written, and expires after a minute'),
});

export const settings = {
  url: parsedSecret(parseRedisUrl, maskedRedisUrl)
    .optional()
    .describe(
      'redis:// or valkey://user:password@host:port/database, rediss:// or valkeys:// for TLS, unix:///path for a socket',
    ),
  sentinel: sentinel.optional().describe('ask sentinels for the primary, instead of url'),
  cluster: cluster.optional().describe('nodes of a Redis Cluster, instead of url'),
  database: z.int().min(0).optional().describe('number of the database; wins over the one in the URL'),
  expect: z.enum(['primary', 'replica', 'any']).default('any').describe('role that the server must have'),
  tls: tls().optional().describe('TLS, which its presence turns on'),
  ...credentials(),
  ...iam(),
  cache_name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'must be the name of a cache: letters, digits and hyphens, not its address')
    .optional()
    .describe('ElastiCache: id of the replication group, or name of the serverless cache, that the token is for'),
  serverless: z
    .boolean()
    .optional()
    .describe('ElastiCache: the cache is serverless; by default whether its address says so'),
  write: write.optional().describe('write a key too; off unless set'),
  statistics: statisticsSettings,
};
export type RedisSettings = z.output<z.ZodObject<typeof settings>>;
export type SentinelSettings = z.output<typeof sentinel>;
