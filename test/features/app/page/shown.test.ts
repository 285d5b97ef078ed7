// What is shown is made in small steps, however many families a page has.
import { expect, test } from 'vitest';
import { createDescribed } from '../../../../src/features/app/page/described.ts';
import { createGroups } from '../../../../src/features/app/page/groups.ts';
import { createMemory } from '../../../../src/features/app/page/memory.ts';
import { createNames } from '../../../../src/features/app/page/names.ts';
import { showPage } from '../../../../src/features/app/page/shown.ts';
import { createStore } from '../../../../src/features/app/page/store.ts';

const families = 1000;

test.each([false, true])('no step looks at more than 32 names; all of them with odd bounds: %s', (odd) => {
  const store = createStore(createMemory());
  const names = createNames(store);
  const described = createDescribed({ openMetrics: false, most: families, names, store });
  const groups = createGroups(store.memory);
  for (let at = 0; at < families; at += 1) {
    described.read(`# HELP family_${at} Of ${at}.`);
    described.read(`# TYPE family_${at} histogram`);
    const group = names.add(`family_${at}_sum`);
    groups.add(group);
    if (odd) groups.setOdd(group);
    const from = store.append(Buffer.from(`family_${at}_sum 1\n`));
    groups.keep(group, from, store.size);
  }
  let looks = 0;
  const counted =
    <Given extends unknown[], Told>(look: (...given: Given) => Told) =>
    (...given: Given): Told => {
      looks += 1;
      return look(...given);
    };
  const page = {
    ...{ groups, names, store },
    described: {
      ...described,
      unbind: counted(described.unbind),
      familyOf: counted(described.familyOf),
      headerOf: counted(described.headerOf),
      namesOf: counted(described.namesOf),
    },
  };
  let longest = 0;
  let all = 0;
  const steps = showPage(page, families);
  for (let step = steps.next(); ; step = steps.next()) {
    longest = Math.max(longest, looks);
    all += looks;
    looks = 0;
    if (step.done !== true) continue;
    const text = Buffer.concat(step.value.parts).toString();
    expect(text.match(/^# TYPE family_\d+ /gm) ?? []).toHaveLength(odd ? 0 : families);
    break;
  }
  expect(all).toBeGreaterThanOrEqual(3 * families);
  expect(longest).toBeLessThanOrEqual(32);
});
