// How many events an objective needs so that more than one of them may be bad.

/** Bad events that are allowed of so many, without the noise of fractions. @param objective in percent */
export const allowedOf = (objective: number, events: number): number =>
  Number((((100 - objective) * events) / 100).toFixed(6));

/** Whether one bad event leaves some of the error budget. */
export const survives = (objective: number, events: number): boolean => allowedOf(objective, events) > 1;

/** The highest objective, in as few digits as tell it, that one bad event of so many leaves some budget of; undefined: none. */
export function largestObjective(events: number): number | undefined {
  const share = 100 / events;
  const digits = Math.min(6, Math.max(0, Math.ceil(-Math.log10(share))));
  const step = 10 ** -digits;
  const found = Number((100 - Math.floor(share / step + 1 + 1e-9) * step).toFixed(digits));
  return found >= 50 ? found : undefined;
}

/** The fewest events of which one may be bad. @param objective in percent */
export const leastEvents = (objective: number): number => Math.floor(Number((100 / (100 - objective)).toFixed(6))) + 1;
