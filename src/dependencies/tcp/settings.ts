// Settings of the type `tcp`, and the phases it runs.
import { z } from 'zod';
import { parseAddress } from '../../core/endpoint.ts';
import { byRule, pattern, secret } from '../../core/fields.ts';
import { isPathLike, portProblem, socketPathProblem, urlProblem } from '../../core/socket-path.ts';

export const unixPath = (address: string): string | undefined => /^unix:(\/.+)$/.exec(address)?.[1];

function addressProblem(text: string): string | undefined {
  const path = unixPath(text);
  if (path !== undefined) return socketPathProblem(path);
  if (parseAddress(text) !== undefined) return undefined;
  return isPathLike(text)
    ? 'is a path: write unix: and the absolute path of the socket, as in unix:/run/app.sock'
    : (urlProblem(text) ??
        portProblem(text) ??
        'must be host:port, such as queue.example.com:5672, or unix:/run/app.sock');
}

export const settings = {
  address: z.string().superRefine(byRule(addressProblem)).describe('host:port, [v6]:port or unix:/path'),
  send: secret().optional().describe('text to send once connected; needs expect'),
  expect: pattern().optional().describe('regular expression that the first 4 KiB received must match'),
};
export const phases = ['connect', 'answer'] as const;

export type TcpSettings = z.output<z.ZodObject<typeof settings>>;
export type TcpPhase = (typeof phases)[number];
