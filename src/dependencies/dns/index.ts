// The type `dns`: a name server answers for a name, with the records expected.
import { z } from 'zod';
import { address } from '../../core/fields.ts';
import { defineDependency } from '../define.ts';

const settings = {
  name: z
    .string()
    .regex(/^[^\s/:@]{1,253}\.?$/, 'must be a host name, such as shop.example.com')
    .describe('the full name to ask for; no search list is used'),
  record: z
    .enum(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'SRV', 'TXT'])
    .default('A')
    .describe('type of the records asked for'),
  resolver: address().optional().describe('host:port of the name server; those of /etc/resolv.conf unless given'),
  expect: z.array(z.string().min(1)).min(1).optional().describe('values that must all be among the answers'),
};
const rungs = ['resolve', 'match'] as const;

export type DnsSettings = z.output<z.ZodObject<typeof settings>>;
export type DnsRung = (typeof rungs)[number];

export const dns = defineDependency({
  type: 'dns',
  summary: 'A name server answers for a name, and the answer holds the records expected.',
  settings,
  rungs,
  classes: ['dns', 'misconfig'],
  keeps: 'nothing',
  target: ({ name, resolver }) => (resolver === undefined ? name : `${name}@${resolver}`),
  load: async () => (await import('./driver.ts')).driver,
});
