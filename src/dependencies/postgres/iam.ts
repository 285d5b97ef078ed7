// What a log-in to RDS with AWS IAM needs of the settings. Pure.
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html
import type { SettingsProblem } from '../define.ts';
import { protectionOf, type Target } from './libpq/index.ts';
import type { Settings } from './settings.ts';

/** What keeps a log-in with `auth: aws-iam` from being made. */
export function iamProblem(settings: Pick<Settings, 'auth' | 'tls'>, target: Target): SettingsProblem | undefined {
  if (settings.auth === undefined) return undefined;
  if (target.password !== undefined) {
    return { path: ['url'], message: 'holds a password, which does not go with `auth: aws-iam`: remove one' };
  }
  if (target.servers.some((server) => protectionOf(target, server, settings.tls).order.includes('plain'))) {
    const why = 'needs TLS, or everybody could read the token';
    return { path: ['auth'], message: `${why}: add sslmode=verify-full to the URL, and the authority as tls.ca_file` };
  }
  return undefined;
}

/** The region in the name of an RDS endpoint: `shop.c0ffee.eu-central-1.rds.amazonaws.com`. */
export function regionOfHost(host: string): string | undefined {
  const [, here, inChina] =
    /\.([a-z]+(?:-[a-z]+)+-\d+)\.rds\.amazonaws\.com$|\.rds\.(cn-[a-z]+-\d+)\.amazonaws\.com\.cn$/i.exec(host) ?? [];
  return here ?? inChina;
}
