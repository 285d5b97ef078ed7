// Probes an HTTP endpoint with one request.
import { certificateEnd } from '../certificate-end.ts';
import type { Driver } from '../define.ts';
import { UnreadableHttp } from '../lenient-http/head.ts';
import { createRunSession, type RunSession } from '../run-session.ts';
import { readAll, readBody } from './body.ts';
import { judgeBody, judgeStatus } from './judge.ts';
import { sendRequest } from './request.ts';
import type { HttpPhase, HttpSettings } from './settings.ts';

export const driver: Driver<HttpSettings, HttpPhase, RunSession> = {
  session: createRunSession,
  async probe(session, settings, attempt) {
    const exchange = await attempt.phase('connect', async () => {
      const sent = sendRequest(settings, attempt.remainingMs());
      session.hold(sent.request);
      await Promise.race([sent.broken, sent.connected]);
      return sent;
    });
    attempt.expires('server_certificate', certificateEnd(exchange.socket));
    const response = await attempt.phase('response', async () => {
      const answer = await Promise.race([exchange.response, exchange.broken]); // what has come counts
      judgeStatus(answer.statusCode ?? 0, settings.expected_status);
      return answer;
    });
    await attempt.phase('body', async () => {
      const judged = settings.body_matches !== undefined || settings.json !== undefined;
      if (judged) judgeBody(await Promise.race([exchange.broken, readBody(response)]), settings);
      else await Promise.race([exchange.broken, readAll(response)]);
    });
    exchange.request.destroy();
  },
  classify: (error) => {
    if (!(error instanceof UnreadableHttp)) return undefined;
    return { errorClass: 'server', phase: error.part === 'head' ? 'response' : 'body' };
  },
};
