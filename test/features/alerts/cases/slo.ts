// The alerts on objectives, each quiet, loud, and quiet again. The service is some minutes old in most: what was not observed counts
// as good, so that a window of three days need not be three days. Of a service of T minutes the value is
// bad / all * T / window / (1 - objective), where `increase` adds up to a minute of traffic before the first sample to `all`.
import { type Case, counter, gauge, type Line, onlyIn, steady } from '../case.ts';
import { budgetPage, down, firing, halfDown } from './app/series.ts';

const events = (slo: string, result: string, quiet: number, loud = quiet): Line =>
  counter(`sidewarden_slo_events_total{slo="${slo}",result="${result}",instance="shop-1:9090"}`, quiet, loud);
/** So many events a minute, of which a share is bad. */
const objective = (slo: string, traffic: number, quiet: number, loud = quiet): readonly Line[] => [
  events(slo, 'good', traffic * (1 - quiet), traffic * (1 - loud)),
  events(slo, 'bad', traffic * quiet, traffic * loud),
];
/** Another objective that pages, with enough bad events and no burn. */
const orders: readonly Line[] = [
  counter('$app_http_requests_total{code="200",instance="shop-1:8080"}', 999, 999),
  counter('$app_http_requests_total{code="500",instance="shop-1:8080"}', 1, 1),
];
const others: readonly Line[] = [...objective('database', 1000, 0.001), ...orders];
const availability = (quiet: number, loud = quiet, traffic = 1000): readonly Line[] => [
  ...objective('availability', traffic, quiet, loud),
  ...others,
];
const it = [{ slo: 'availability' }];
const first = (family: string): readonly Line[] => [
  gauge(`${family}{instance="shop-1:9090",pod="shop-1"}`, 1, 0),
  steady(`${family}{instance="shop-2:9090",pod="shop-2"}`, 1),
];
const shop1 = [{ instance: 'shop-1:9090', pod: 'shop-1' }];

export const cases: readonly Case[] = [
  {
    alert: 'SloBurnsFast',
    lines: [...availability(0, 0.05), ...halfDown],
    quiet: 70,
    delay: 17,
    calm: 5,
    fires: it,
    says: 'In the last hour the error budget of availability burned 18.33 times as fast as it may. Ask first what was deployed last; `sidewarden slo availability` on a pod says what is left of the budget.',
  },
  { alert: 'SloBurnsFast', shows: 'few events are bad', lines: availability(0, 0.09, 5), quiet: 15, delay: 15 },
  {
    alert: 'SloBurnsFast',
    shows: 'a service of ten minutes has one bad minute',
    lines: availability(0, 0.5),
    quiet: 10,
    lasts: 1,
  },
  {
    alert: 'SloBurnsFast',
    shows: 'the cause is told',
    lines: [...availability(0, 0.5), ...down],
    quiet: 15,
    delay: 10,
  },
  {
    alert: 'SloBurnsFast',
    shows: 'the service itself pages',
    lines: [...availability(0, 0.5), firing('AppErrorRateCritical')],
    quiet: 15,
    delay: 10,
  },
  {
    alert: 'SloBurnsFast',
    shows: 'of an objective that does not page, whatever is out',
    lines: [...objective('availability', 1000, 0), ...objective('database', 1000, 0.001, 0.5), ...orders, ...down],
    quiet: 15,
    delay: 17,
    calm: 5,
    fires: [{ slo: 'database', severity: 'warning' }],
    says: 'In the last hour the error budget of database burned 18.18 times as fast as it may. Ask first what was deployed last; `sidewarden slo database` on a pod says what is left of the budget.',
  },
  {
    alert: 'SloBurnsSteadily',
    lines: [...availability(0, 0.1), budgetPage('orders'), ...halfDown],
    quiet: 15,
    delay: 22,
    calm: 30,
    fires: it,
    says: 'In the last 6 hours the error budget of availability burned 10.36 times as fast as it may. Look what began then; `sidewarden slo availability` on a pod says what is left of the budget.',
  },
  { alert: 'SloBurnsSteadily', shows: 'few events are bad', lines: availability(0, 0.1, 3), quiet: 15, delay: 15 },
  {
    alert: 'SloBurnsSteadily',
    shows: 'the faster page is out',
    lines: [...availability(0, 0.1), budgetPage('availability')],
    quiet: 15,
    delay: 30,
  },
  {
    alert: 'SloBurnsSteadily',
    shows: 'the cause is told',
    lines: [...availability(0, 0.1), ...down],
    quiet: 15,
    delay: 30,
  },
  {
    alert: 'SloBurnsSlowly',
    everyMin: 5,
    lines: [...availability(0, 0.1), ...down],
    quiet: 15,
    delay: 45,
    calm: 125,
    fires: it,
    says: 'In the last day the error budget of availability burned 7.3 times as fast as it may. Look which part of the service the bad events are of, and when they began.',
  },
  {
    alert: 'SloBurnsSlowly',
    everyMin: 5,
    shows: 'few events are bad',
    lines: availability(0, 0.1, 1.5),
    quiet: 15,
    delay: 45,
    lasts: 60,
  },
  {
    alert: 'SloBudgetWillNotLast',
    everyMin: 5,
    lines: [...availability(0, 0.1), ...down],
    quiet: 15,
    delay: 45,
    calm: 365,
    fires: it,
    says: 'In the last 3 days the error budget of availability burned 5.222 times as fast as it may. No single outage need be the cause: look at what fails every day.',
  },
  {
    alert: 'SloBudgetWillNotLast',
    everyMin: 5,
    shows: 'few events are bad',
    lines: availability(0, 0.1, 1.5),
    quiet: 15,
    delay: 45,
    lasts: 60,
  },
  {
    alert: 'SloBudgetExhausted',
    lines: [...availability(0, 0.25), ...down],
    quiet: 15,
    delay: 40,
    calm: 'never',
    fires: it,
    says: 'Of the error budget of availability, 138.1% are spent. It comes back as the bad events leave the window: until then reliability goes before changes.',
  },
  {
    alert: 'SloBudgetExhausted',
    shows: 'few events are bad',
    lines: availability(0, 1, 0.5),
    quiet: 15,
    delay: 15,
    lasts: 15,
  },
  {
    alert: 'SlaBroken',
    lines: [...availability(0, 1), ...down],
    quiet: 15,
    delay: 50,
    calm: 'never',
    fires: it,
    says: '0.654% of the events of availability are bad in its window, more than its `sla` allows. Whoever answers to customers should know; `sidewarden slo availability` on a pod has the calendar month too.',
  },
  {
    alert: 'SlaBroken',
    shows: 'few events are bad',
    lines: availability(0, 1, 0.15),
    quiet: 15,
    delay: 60,
    lasts: 60,
  },
  {
    alert: 'SloNotMeasured',
    lines: [events('availability', 'good', 60, 0), ...others, ...down],
    quiet: 35,
    delay: 29,
    fires: it,
    says: 'Prometheus has seen no event of availability for an hour, or cannot tell which are bad. Either there is no traffic, or the series that it counts are not there, or the threshold is no bucket: look at the targets, and ask for the metric that the indicator names.',
  },
  {
    alert: 'SloNotMeasured',
    shows: 'its series are gone',
    lines: [onlyIn('quiet', events('availability', 'good', 60)), ...others],
    quiet: 35,
    delay: 29,
    fires: it,
    says: 'Prometheus has seen no event of availability for an hour, or cannot tell which are bad. Either there is no traffic, or the series that it counts are not there, or the threshold is no bucket: look at the targets, and ask for the metric that the indicator names.',
  },
  {
    alert: 'SloNotMeasured',
    shows: 'one event in half an hour',
    lines: availability(0, 0, 1 / 30),
    quiet: 35,
    delay: 60,
  },
  {
    alert: 'SloStateNotSaved',
    lines: [...first('sidewarden_slo_state_up'), ...down],
    fires: shop1,
    says: 'shop-1:9090 cannot write to `state_dir`, and forgets its counts when it restarts. Its log says why: a full disk and a folder that it may not write to are the usual causes.',
  },
  {
    alert: 'SloPrometheusUnreachable',
    lines: [...first('sidewarden_slo_prometheus_up'), ...down],
    fires: shop1,
    says: 'shop-1:9090 asks Prometheus how the objectives of the whole service stand, and gets no answer that it can use: it says what it has counted itself. Its log says why; the metrics of failures, by class, too.',
  },
];
