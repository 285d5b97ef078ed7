// The families that a sentinel's answers become.
import type { Family } from '../../../core/family.ts';
import { gauge } from './family.ts';

const when = 'with `sentinel`';
const of = { labels: ['master_name', 'master_address'], when };
const ofMaster = { ...of, asks: 'SENTINEL MASTER' };
const milliseconds = { ...ofMaster, unit: 'milliseconds' };

/** Fields of INFO of the same name. */
export const plain: readonly Family[] = [
  gauge('sentinel_masters', 'Primaries that the sentinel watches.', { when }),
  gauge('sentinel_tilt', 'Whether the sentinel does nothing since its clock jumped (TILT).', { when }),
  gauge('sentinel_running_scripts', 'Scripts that the sentinel runs.', { when }),
  gauge('sentinel_scripts_queue_length', 'Scripts that the sentinel has yet to run.', { when }),
  gauge('sentinel_simulate_failure_flags', 'Failures that the sentinel is told to simulate.', { when }),
];

export const families = {
  status: gauge('sentinel_master_status', 'Whether the sentinel finds the primary well.', {
    labels: [...of.labels, 'master_status'],
    when,
  }),
  slaves: gauge('sentinel_master_slaves', 'Replicas of the primary that the sentinel knows.', of),
  sentinels: gauge('sentinel_master_sentinels', 'Sentinels of the primary that it knows, itself too.', of),
  quorum: gauge('sentinel_master_ckquorum_status', 'Whether enough sentinels are left for a failover.', {
    labels: ['master_name', 'message'],
    when,
    asks: 'SENTINEL CKQUORUM',
  }),
  goodSlaves: gauge('sentinel_master_ok_slaves', 'Replicas that the sentinel does not find down.', {
    ...of,
    asks: 'SENTINEL REPLICAS',
  }),
  goodSentinels: gauge('sentinel_master_ok_sentinels', 'Sentinels that it does not find down, itself too.', {
    ...of,
    asks: 'SENTINEL SENTINELS',
  }),
};

/** `divisor`: what the field's number is divided by. */
export const settingsOfMaster: readonly {
  readonly field: string;
  readonly family: Family;
  readonly divisor?: number;
}[] = [
  {
    field: 'quorum',
    family: gauge('sentinel_master_setting_ckquorum', 'Sentinels that must agree that the primary is down.', ofMaster),
  },
  {
    field: 'failover-timeout',
    family: gauge('sentinel_master_setting_failover_timeout', 'The setting failover-timeout.', milliseconds),
  },
  {
    field: 'parallel-syncs',
    family: gauge('sentinel_master_setting_parallel_syncs', 'The setting parallel-syncs.', ofMaster),
  },
  {
    field: 'down-after-milliseconds',
    family: gauge('sentinel_master_setting_down_after_milliseconds', 'The setting of that name.', milliseconds),
  },
  {
    field: 'config-epoch',
    family: gauge('sentinel_master_config_epoch', 'Number of the last failover.', ofMaster),
  },
  {
    field: 'last-ok-ping-reply',
    family: gauge('sentinel_master_last_ok_ping_reply_seconds', 'Since when the primary has not answered a PING.', {
      ...ofMaster,
      unit: 'seconds',
    }),
    divisor: 1e3,
  },
];
