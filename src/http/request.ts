// What every request has: an id, and its fields in the log.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log, LogFields } from '../core/log.ts';

const acceptable = /^[\w.-]{1,128}$/;

/** The asker's X-Request-Id when it is a plain word, otherwise a new one. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && acceptable.test(given) ? given : randomUUID();
}

/** ECS fields. The path without its query, which can hold anything. */
export function requestFields(request: FastifyRequest, reply?: FastifyReply) {
  return {
    'http.request.id': request.id,
    'http.request.method': request.method,
    'url.path': request.url.split('?', 1)[0] ?? '',
    ...(request.socket.remoteAddress === undefined ? {} : { 'client.address': request.socket.remoteAddress }),
    ...(reply === undefined ? {} : { 'http.response.status_code': reply.statusCode }),
  } satisfies LogFields;
}

/** Who asked what of a guarded route, and what came of it. */
export const logGuarded = (log: Log, request: FastifyRequest, reply: FastifyReply): void =>
  log.info(
    { ...requestFields(request, reply), ...(request.askedBy !== '' && { 'labels.token': request.askedBy }) },
    `${request.method} of a guarded route`,
  );
