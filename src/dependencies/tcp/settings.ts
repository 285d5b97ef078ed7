// Settings of the type `tcp`, and the rungs it climbs.
import { z } from 'zod';
import { parseAddress, pattern, secret } from '../../core/fields.ts';

export const unixPath = (address: string): string | undefined => /^unix:(\/.+)$/.exec(address)?.[1];

export const settings = {
  address: z
    .string()
    .refine(
      (text) => unixPath(text) !== undefined || parseAddress(text) !== undefined,
      'must be host:port, such as queue.example.com:5672, or unix:/run/app.sock',
    )
    .describe('host:port, [v6]:port or unix:/path'),
  send: secret().optional().describe('text to send once connected; needs expect'),
  expect: pattern().optional().describe('regular expression that the first 4 KiB received must match'),
};
export const rungs = ['connect', 'answer'] as const;

export type TcpSettings = z.output<z.ZodObject<typeof settings>>;
export type TcpRung = (typeof rungs)[number];
