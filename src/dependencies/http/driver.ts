// Probes an HTTP endpoint with one request.
import type { Driver } from '../define.ts';
import { createRunSession, type RunSession } from '../run-session.ts';
import { judgeBody, judgeStatus, readBody } from './judge.ts';
import { sendRequest } from './request.ts';
import type { HttpRung, HttpSettings } from './settings.ts';

export const driver: Driver<HttpSettings, HttpRung, RunSession> = {
  session: createRunSession,
  async probe(session, settings, attempt) {
    const exchange = await attempt.climb('connect', async () => {
      const sent = sendRequest(settings, attempt.remainingMs());
      session.hold(sent.request);
      await Promise.race([sent.broken, sent.connected]);
      return sent;
    });
    const response = await attempt.climb('response', async () => {
      const answer = await Promise.race([exchange.broken, exchange.response]);
      judgeStatus(answer.statusCode ?? 0, settings.expected_status);
      return answer;
    });
    await attempt.climb('body', async () => {
      const body = await Promise.race([exchange.broken, readBody(response)]);
      judgeBody(body, settings);
    });
    exchange.request.destroy();
  },
  classify(error) {
    const code = (error as { code?: unknown } | null)?.code;
    // https://nodejs.org/api/errors.html: what came is not HTTP, or its head is too long
    return typeof code === 'string' && code.startsWith('HPE_') ? { errorClass: 'server', rung: 'response' } : undefined;
  },
};
