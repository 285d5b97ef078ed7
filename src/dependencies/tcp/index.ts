// The type `tcp`: a port or a Unix socket accepts connections, and may have to say the right thing.
import { z } from 'zod';
import { isLoopback, parseAddress, pattern, secret } from '../../core/fields.ts';
import { defineDependency } from '../define.ts';

const unixPath = (address: string): string | undefined => /^unix:(\/.+)$/.exec(address)?.[1];

const settings = {
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
const rungs = ['connect', 'answer'] as const;

export type TcpSettings = z.output<z.ZodObject<typeof settings>>;
export type TcpRung = (typeof rungs)[number];

export const tcp = defineDependency({
  type: 'tcp',
  summary: 'A port or Unix socket accepts a connection and, if asked to, answers as expected.',
  settings,
  rungs,
  classes: ['dns', 'refused', 'timeout', 'server'],
  keeps: 'nothing',
  target: ({ address }) => address,
  local({ address }) {
    return unixPath(address) !== undefined || isLoopback(parseAddress(address)?.host ?? '');
  },
  problems: ({ send, expect }) =>
    send !== undefined && expect === undefined
      ? [{ path: ['send'], message: 'needs expect: what should the answer be?' }]
      : [],
  load: async () => (await import('./driver.ts')).driver,
});
