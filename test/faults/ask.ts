// One HTTP request as a test wants it: any method, by TCP or Unix socket, on a connection of its own or on a kept one.
import { Agent, request } from 'node:http';
import type { HealthBody } from '../servers/sidewarden.ts';

export type Asked<Body = HealthBody> = { readonly code: number; readonly body: Body; readonly text: string };

export type AskOptions = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Goes by this Unix socket; of the URL only the path counts then. */
  readonly socketPath?: string;
  readonly agent?: Agent;
};

export function ask<Body = HealthBody>(url: string, options: AskOptions = {}): Promise<Asked<Body>> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => {
        const json = text !== '' && response.headers['content-type']?.includes('json') === true;
        resolve({ code: response.statusCode ?? 0, body: (json ? JSON.parse(text) : text) as Body, text });
      });
      response.once('error', reject);
    });
    asked.once('error', reject);
    asked.end();
  });
}

export type Line = { ask(path: string): Promise<Asked>; close(): void };

/** A connection that stands before it is needed: what is asked on it is read as soon as the daemon reads anything. */
export async function openLine(url: string): Promise<Line> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const line = { ask: (path: string) => ask(url + path, { agent }), close: () => agent.destroy() };
  await line.ask('/health/live');
  return line;
}
