// How far what somebody says of an objective is from the reference, in percentage points.
import { allowedShare, type Counts } from '../../../../src/features/slos/budget.ts';

export type Difference = {
  /** Of compliance: 99.95 % in place of 99.9 % is 0.05. */
  readonly compliance: number;
  /** Of the budget that is left: 45 % of it in place of 40 % is 5. */
  readonly budget: number;
};

/** @param objective in percent */
export function differenceOf(said: Counts, reference: Counts, objective: number): Difference {
  const compliance = 100 * (shareBad(reference) - shareBad(said));
  return { compliance, budget: compliance / allowedShare(objective) };
}

const shareBad = ({ good, bad }: Counts): number => bad / (good + bad);

export const shown = ({ compliance, budget }: Difference): string =>
  `compliance ${signed(compliance, 4)} pp, budget ${signed(budget, 3)} pp`;
const signed = (value: number, digits: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(digits)}`;
