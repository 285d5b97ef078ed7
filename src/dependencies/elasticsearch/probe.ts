// One probe: connect, auth, health.
import { Failure } from '../../core/failure.ts';
import type { Attempt } from '../define.ts';
import type { ElasticsearchSession } from './session.ts';
import type { ElasticsearchPhase, ElasticsearchSettings } from './settings.ts';

/** Of several nodes it tells which answered. */
export async function probe(
  session: ElasticsearchSession,
  settings: ElasticsearchSettings,
  attempt: Attempt<ElasticsearchPhase>,
): Promise<void> {
  const cut = () => {
    tell();
    session.destroy();
  };
  const tell = () => {
    const { reached } = session;
    attempt.tell('connect', reached);
    attempt.expires('server_certificate', session.certificateEnds);
    if (reached.why !== undefined) attempt.warn('skipped');
  };
  attempt.signal.addEventListener('abort', cut, { once: true });
  try {
    await attempt.phase('connect', () => session.connect(attempt.remainingMs()));
    await attempt.phase('auth', async () => session.authenticate());
    await attempt.phase('health', () => askHealth(session, settings, attempt));
  } finally {
    attempt.signal.removeEventListener('abort', cut);
    tell();
  }
}

async function askHealth(
  session: ElasticsearchSession,
  settings: ElasticsearchSettings,
  attempt: Attempt<ElasticsearchPhase>,
): Promise<void> {
  const health = await session.health(attempt.remainingMs());
  if (health === undefined) return attempt.skip('health', 'the service does not offer _cluster/health');
  const good = health.status === 'green' || (health.status === 'yellow' && settings.minimum_status === 'yellow');
  const what = settings.index === undefined ? 'the cluster' : `index ${settings.index}`;
  if (!good) throw new Failure('server', `${what} is ${health.status}: ${health.details}`);
  if (health.status === 'yellow') attempt.warn('yellow');
}
