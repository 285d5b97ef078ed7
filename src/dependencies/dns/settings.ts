// Settings of the type `dns`, and the rungs it climbs.
import { z } from 'zod';
import { address } from '../../core/fields.ts';

export const settings = {
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
export const rungs = ['resolve', 'match'] as const;

export type DnsSettings = z.output<z.ZodObject<typeof settings>>;
export type DnsRung = (typeof rungs)[number];
