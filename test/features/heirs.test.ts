// What a feature reads of another, and what it leaves to its successor, on a real daemon.
import { expect, test } from 'vitest';
import { asked, startDaemon } from './daemon.ts';
import { errand } from './toys/errand.ts';
import { heir } from './toys/heir.ts';

test('a feature begins anew when what it reads of another changes, and goes on with what it kept', async () => {
  const { ask, reload, stop } = await startDaemon();
  const series = async (): Promise<readonly string[]> =>
    (await (await ask('/metrics/checks')).text()).match(/^sidewarden_heir_number.*$/gm) ?? [];
  const line = (name: string, read: string, number: number): string =>
    `sidewarden_heir_number{name="${name}",errand="${read}"} ${number}`;
  try {
    reload([asked(heir)]);
    await expect.poll(series).toEqual([line('first', 'null', 1)]);
    reload([asked(heir), asked(errand, { everyMs: 5 })]);
    await expect.poll(series).toEqual([line('first', '{\\"everyMs\\":5}', 2)]);
    reload([asked(heir, { name: 'second' }), asked(errand, { everyMs: 5 })]);
    await expect.poll(series).toEqual([line('second', '{\\"everyMs\\":5}', 3)]);
    reload([]);
    await expect.poll(series).toEqual([]);
    reload([asked(heir)]);
    await expect.poll(series).toEqual([line('first', 'null', 1)]);
  } finally {
    await stop();
  }
});
