// What a replica says of healthy checks and of itself.
import { counter, type Line, steady } from '../case.ts';

const types = {
  ...{ database: 'postgres', sessions: 'redis', search: 'elasticsearch', keys: 'kms' },
  ...{ app: 'http', mirror: 'http' },
} as const;
/** Runs a minute: every 5 s. */
const runs = 12;

const ofCheck = ([check, type]: readonly [string, string]): readonly Line[] => {
  const labels = `check="${check}",type="${type}"`;
  const required = check === 'mirror' ? 'false' : 'true';
  return [
    steady(`sidewarden_check_up{${labels}}`, 1),
    steady(`sidewarden_check_last_success_timestamp_seconds{${labels}}`, 1200),
    steady(`sidewarden_check_info{${labels},required="${required}",gates="ready",service="shop"}`, 1),
    ...['intermittent', 'flapping', 'slow', 'throttled', 'skipped', 'expiring'].map((warning) =>
      steady(`sidewarden_check_warning{${labels},warning="${warning}"}`, 0),
    ),
    counter(`sidewarden_check_runs_total{${labels},result="passed"}`, runs, runs),
    counter(`sidewarden_check_runs_total{${labels},result="failed"}`, 0, 0),
    ...['0.005', '0.025', '0.1', '0.25', '0.5', '1', '2.5', '5', '+Inf'].map((le) =>
      counter(
        `sidewarden_check_duration_seconds_bucket{${labels},le="${le}"}`,
        ...([le === '0.005' ? 9 : runs, le === '0.005' ? 9 : runs] as const),
      ),
    ),
    steady(`sidewarden_expiry_timestamp_seconds{check="${check}",what="server_certificate"}`, 90 * 86_400),
  ];
};

const ofReplica: readonly Line[] = [
  steady('up{}', 1),
  steady('scrape_samples_post_metric_relabeling{}', 480),
  steady('sidewarden_ready{}', 1),
  steady('sidewarden_live{}', 1),
  steady('sidewarden_draining{}', 0),
  steady('sidewarden_build_info{version="1.0.0"}', 1),
  steady('sidewarden_config_last_reload_successful{}', 1),
  steady('sidewarden_tls_last_reload_successful{}', 1),
  counter('sidewarden_sink_errors_total{sink="log"}', 0, 0),
  counter('sidewarden_sink_errors_total{sink="metrics"}', 0, 0),
  steady('sidewarden_process_start_time_seconds{}', 1000),
  steady('sidewarden_process_open_fds{}', 40),
  steady('sidewarden_process_resident_memory_bytes{}', 90 * 2 ** 20),
  steady('sidewarden_nodejs_eventloop_lag_max_seconds{}', 0.06),
  ...['/health/ready', '/health/live', '/health/startup', '/metrics'].flatMap((route) => [
    counter(`sidewarden_http_requests_total{route="${route}",code="200"}`, 6, 6),
    counter(`sidewarden_http_requests_total{route="${route}",code="503"}`, 0, 0),
    ...['0.1', '1', '+Inf'].map((le) =>
      counter(`sidewarden_http_request_duration_seconds_bucket{route="${route}",le="${le}"}`, 6, 6),
    ),
    counter(`sidewarden_http_request_duration_seconds_count{route="${route}"}`, 6, 6),
  ]),
];

export const lines: readonly Line[] = [...Object.entries(types).flatMap(ofCheck), ...ofReplica];
