// Makes a node that somebody has used as good as new: it runs, and has nobody's indices, repositories, settings, users.
import { setTimeout as wait } from 'node:timers/promises';
import { family } from './descendants.ts';
import type { ElasticsearchServer } from './elasticsearch.ts';
import { writeUsers } from './elasticsearch-folder.ts';

/** Throws when it cannot be done. */
export async function tidy(server: ElasticsearchServer): Promise<void> {
  server.thaw();
  writeUsers(server.folder, server.users);
  if (family(server.pid).length === 0) await server.start();
  for (let tries = 0; !(await server.isReady().catch(() => false)); tries++) {
    if (tries > 200) throw new Error('the node does not answer');
    await wait(50);
  }
  const names = async (path: string): Promise<string[]> => {
    const { status, body } = await server.request('GET', path);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return Object.keys(body as object);
  };
  const indices = () => names('/_all/_settings?expand_wildcards=all');
  for (const index of await indices()) await server.request('DELETE', `/${index}`);
  for (const repository of await names('/_snapshot')) await server.request('DELETE', `/_snapshot/${repository}`);
  const { body } = await server.request('GET', '/_cluster/settings?flat_settings=true');
  const set = body as Readonly<Record<'persistent' | 'transient', object>>;
  const none = (of: object) => Object.fromEntries(Object.keys(of).map((name) => [name, null]));
  await server.request('PUT', '/_cluster/settings', {
    persistent: none(set.persistent),
    transient: none(set.transient),
  });
  const left = await indices();
  if (left.length > 0) throw new Error(`the node keeps ${left.join(', ')}`);
}
