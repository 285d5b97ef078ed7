// Settings of the type `elasticsearch`, and the phases it runs.
import { z } from 'zod';
import { credentials, parsedSecret, secret, secretFile, tls } from '../../core/fields.ts';
import { maskedUrls, parseUrls } from './nodes.ts';
import { statisticsSettings } from './statistics/settings.ts';

const plain = /^[^\s?#\\]+$/;
/** https://www.elastic.co/docs/reference/elasticsearch/rest-apis/api-conventions#api-date-math-index-names */
const dateMath = /^-?<[^<>]*\{[^<>]+\}[^<>]*>$/;
/** The client encodes a name: encoded already it would be encoded twice. `.` and `..` would be parts of the path. */
const isName = (name: string): boolean => /^[^/<>]+$/.test(name) && !/^(\.{1,2}$|-?%3c)/i.test(name);
const isIndices = (text: string): boolean => text.split(',').every((name) => dateMath.test(name) || isName(name));
const indexMessage = 'must be the name of an index, alias or data stream, or date math as it is: <logs-{now/d}>';

export const settings = {
  url: parsedSecret(parseUrls, maskedUrls).describe(
    'http or https URL of a node, or of the proxy before the cluster; several nodes with commas between',
  ),
  minimum_status: z
    .enum(['green', 'yellow'])
    .default('yellow')
    .describe('the worst cluster status that passes; yellow passes with the warning `yellow`'),
  index: z
    .string()
    .regex(plain, indexMessage)
    .refine((text) => !plain.test(text) || isIndices(text), indexMessage)
    .optional()
    .describe('judge this index, alias or data stream alone instead of the whole cluster'),
  api_key: secret().optional().describe('API key in its encoded form'),
  api_key_file: secretFile().optional().describe('file that holds the API key, read again at each connect'),
  statistics: statisticsSettings,
  tls: tls().optional().describe('trust and client certificate for https'),
  ...credentials(),
};

export type ElasticsearchSettings = z.output<z.ZodObject<typeof settings>>;
export const phases = ['connect', 'auth', 'health'] as const;
export type ElasticsearchPhase = (typeof phases)[number];
