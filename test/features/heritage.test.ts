// A feature that was replaced is let go: what its successor has of the house does not lead back to it.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineFeature, type House } from '../../src/features/define.ts';
import { asked } from './daemon.ts';
import { createStage } from './slos/stage.ts';

test('what a predecessor left is there while a feature is made, and not afterwards', async () => {
  const houses: House[] = [];
  const found: unknown[] = [];
  const keeper = defineFeature({
    key: 'keeper',
    settings: z.strictObject({ number: z.int() }).describe('which it is'),
    load: async () => ({
      begin({ number }: { number: number }, house: House) {
        houses.push(house);
        found.push(house.inherited);
        return { heritage: number };
      },
    }),
  });
  const { configure } = createStage();
  await configure([asked(keeper, { number: 1 })]);
  await configure([asked(keeper, { number: 2 })]);
  await configure([asked(keeper, { number: 3 })]);
  expect(found).toEqual([undefined, 1, 2]);
  expect(houses.map(({ inherited }) => inherited)).toEqual([undefined, undefined, undefined]);
});
