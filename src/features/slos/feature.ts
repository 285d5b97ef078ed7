// The objectives at work: events are counted each second, and told on the page of metrics, by events and in answers.
import type { FeatureJob, House, Live, Others, Working } from '../define.ts';
import { createCounting } from './counting.ts';
import { createGauges } from './gauges.ts';
import { type Heritage, heirOf } from './heritage.ts';
import { createObjectives } from './objectives.ts';
import { createRoutes } from './route.ts';
import { forgetService, serviceOf } from './service/configured.ts';
import type { SlosSettings } from './settings.ts';
import { keeperOf } from './state/index.ts';

/** How often the page of the service is read, and gauges are set. */
const everyMs = 5000;

export const working: Working<SlosSettings> = { begin };

function begin(settings: SlosSettings, house: House, others: Others): Live {
  const { clock } = house;
  const { ledgers, readiness, seconds, gone, takeOver, values, service: before } = heirOf(settings, house, others);
  const counting = createCounting(settings, house, { ledgers, readiness, seconds, values });
  const service = serviceOf(settings, house, others, before);
  const objectives = createObjectives(settings, {
    clock,
    ledgers,
    service: (name, now) => service?.standing(name, now),
  });
  const gauges = createGauges(objectives, house);
  const keeper = keeperOf(house, [...ledgers.values()]);
  let begun = false;
  let reading = clock.now();

  const events: FeatureJob = {
    name: 'events of objectives',
    next: () => seconds.due,
    async run() {
      if (!begun) {
        takeOver(clock.now());
        await keeper.begin();
        gauges.begin(gone);
        if (service === undefined) forgetService(house);
        begun = true;
      }
      const now = clock.now();
      counting.tick(now);
      if (now >= reading) {
        reading = now + everyMs;
        await counting.readPage(now);
        gauges.set(clock.now());
      }
      keeper.save();
    },
  };
  const heritage: Heritage = {
    ...{ ledgers, readiness, seconds, names: Object.keys(settings), values: counting.values },
    service: service?.heritage,
  };
  return {
    jobs: [events, ...(service === undefined ? [] : [service.job])],
    routes: createRoutes({
      ...{ objectives: () => objectives, clock, draining: house.draining },
      asking: () => service?.asking(),
    }),
    heritage,
    close: keeper.close,
  };
}
