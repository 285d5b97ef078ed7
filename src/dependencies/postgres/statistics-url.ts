// Where the connection of the statistics leads, and as whom it logs in.
import { reveal } from '../credentials.ts';
import { parseUrl, type Target } from './libpq/index.ts';
import type { Settings } from './settings.ts';

/** What holds for `statistics_url`: a user or a password that it names wins over the check's. */
export function aimedAt(settings: Settings, { user, password: own }: Pick<Target, 'user' | 'password'>): Settings {
  const { statistics_url: url = settings.url, username, password, password_file, ...others } = settings;
  return {
    ...others,
    url,
    ...(user === undefined ? { username } : {}),
    ...(own === undefined ? { password, password_file } : {}),
  };
}

/** The settings of the connection of the statistics, as they are now. */
export function forStatistics(settings: Settings): Settings {
  if (settings.statistics_url === undefined) return settings;
  const parsed = parseUrl(reveal(settings.statistics_url));
  return aimedAt(settings, 'target' in parsed ? parsed.target : {});
}
