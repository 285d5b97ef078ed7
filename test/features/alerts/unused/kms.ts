// The families of AWS KMS that no rule reads, and why.
export const unused: readonly (readonly [pattern: string, why: string])[] = [
  ['sidewarden_kms_key_info', 'says in labels which key it is'],
  ['sidewarden_kms_key_rotation_period_seconds', 'a setting, shown beside the rotation'],
  ['sidewarden_kms_key_last_rotation_timestamp_seconds', 'how often is enough is a rule of each company; dashboards'],
  ['sidewarden_kms_throttles_total', 'with detail full alone; the same as result="throttled" of the requests'],
  ['sidewarden_kms_request_*', 'with detail full alone; dashboards'],
];
