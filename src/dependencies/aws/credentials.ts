// AWS credentials: what signs a request.

export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/** Of credentials, what no message may show. */
export const secretsOf = ({ sessionToken = '', secretAccessKey, accessKeyId }: AwsCredentials): readonly string[] =>
  [sessionToken, secretAccessKey, accessKeyId].filter((text) => text.length > 12);
