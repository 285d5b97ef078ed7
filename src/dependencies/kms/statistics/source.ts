// How the collectors ask KMS: the interface alone; reader.ts is what stands behind it.
import type { Limits, Source } from '../../statistics.ts';

/** What DescribeKey says of a key, as far as it is read, as KMS names it. */
export type KeyMetadata = {
  readonly KeyId?: string | undefined;
  readonly Arn?: string | undefined;
  readonly KeyState?: string | undefined;
  readonly Enabled?: boolean | undefined;
  readonly KeySpec?: string | undefined;
  readonly KeyUsage?: string | undefined;
  readonly Origin?: string | undefined;
  readonly KeyManager?: string | undefined;
  readonly MultiRegion?: boolean | undefined;
  readonly DeletionDate?: Date | undefined;
  /** When imported key material expires. */
  readonly ValidTo?: Date | undefined;
};

export type RotationStatus = {
  readonly KeyRotationEnabled?: boolean | undefined;
  readonly RotationPeriodInDays?: number | undefined;
  readonly NextRotationDate?: Date | undefined;
};

export type RotationsPage = {
  readonly Rotations?: readonly { readonly RotationDate?: Date | undefined }[] | undefined;
  readonly Truncated?: boolean | undefined;
  readonly NextMarker?: string | undefined;
};

/** Each asks once, and throws a Failure for a refusal, or MissingPrivilege where KMS denies the call. */
export interface KmsSource extends Source {
  /** DescribeKey. */
  key(limits: Limits): Promise<KeyMetadata>;
  /** As it was last described; asks if it was not yet. */
  lastKey(limits: Limits): Promise<KeyMetadata>;
  /** GetKeyRotationStatus of a key by its ARN: an alias will not do. */
  rotationStatus(arn: string, limits: Limits): Promise<RotationStatus>;
  /** When rotations of the key were completed, in no order. @throws UnreadableAnswer when they do not end. */
  rotationDates(arn: string, limits: Limits): Promise<readonly Date[]>;
}
