// The statement of an IAM policy that grants a call, exact as far as the key is known.
// https://docs.aws.amazon.com/kms/latest/developerguide/cmks-in-iam-policies.html

/** What is known of the key when a call is denied. */
export type KnownKey = {
  /** As in the settings: id, ARN, alias or alias ARN. */
  readonly keyId: string;
  /** From DescribeKey. */
  readonly arn?: string | undefined;
  /** What KMS said when it denied the call: it names the key by its ARN. */
  readonly denial?: string | undefined;
  readonly region: string;
};

const arnOfKey = /\barn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+/;

/** One line of JSON, for the policy of the role that asks. */
export function statementFor(action: string, key: KnownKey): string {
  return JSON.stringify({ Effect: 'Allow', Action: action, ...resourceOf(key) });
}

function resourceOf({ keyId, arn, denial = '', region }: KnownKey): object {
  const exact = arn ?? arnOfKey.exec(keyId)?.[0] ?? arnOfKey.exec(denial)?.[0];
  if (exact !== undefined) return { Resource: exact };
  const [, prefix, alias] = /^(?:(arn:[\w-]+:kms:[\w-]+:\d{12}):)?(alias\/.+)$/.exec(keyId) ?? [];
  const owner = prefix ?? `arn:${partitionOf(region)}:kms:${region}:*`;
  if (alias === undefined) return { Resource: `${owner}:key/${keyId}` };
  // An alias is no resource of these calls: the policy names its key by the condition instead.
  // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-resource-aliases
  const Condition = { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } };
  return { Resource: `${owner}:key/*`, Condition };
}

const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
