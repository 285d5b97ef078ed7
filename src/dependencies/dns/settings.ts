// Settings of the type `dns`, and the phases it runs.
import { z } from 'zod';
import { address } from '../../core/fields.ts';
import type { SettingsProblem } from '../define.ts';
import { formOf, normalise, recordTypes } from './records.ts';

export const settings = {
  name: z
    .string()
    .regex(/^[^\s/:@]{1,253}\.?$/, 'must be a host name, such as shop.example.com')
    .describe('the full name to ask for; no search list is used'),
  record: z.enum(recordTypes).default('A').describe('type of the records asked for'),
  resolver: address().optional().describe('host:port of the name server; those of /etc/resolv.conf unless given'),
  expect: z.array(z.string().min(1)).min(1).optional().describe('values that must all be among the answers'),
};
export const phases = ['resolve', 'match'] as const;

export type DnsSettings = z.output<z.ZodObject<typeof settings>>;
export type DnsPhase = (typeof phases)[number];

/** Values that no record of the type can ever be. */
export const problems = ({ record, expect = [] }: DnsSettings): readonly SettingsProblem[] =>
  expect.flatMap((value, index) =>
    normalise(record, value) === undefined
      ? [{ path: ['expect', index], message: `can never be a record of the type ${record}: write ${formOf(record)}` }]
      : [],
  );
