// Where the service's Prometheus is asked, and how long it remembers.
import { z } from 'zod';
import { durationBetween } from '../../core/fields.ts';
import type { Secret } from '../../core/secret.ts';
import { settings as http } from '../../dependencies/http/settings.ts';

const { url, socket, headers, token, token_file, tls, username, password, password_file } = http;
const day = 86_400_000;

export const settings = z
  .strictObject({
    url: url.optional().describe('http or https URL of Prometheus, without /api/v1; nothing is asked there unless set'),
    ...{ socket, headers, token, token_file, tls, username, password, password_file },
    timeout: durationBetween(100, 120_000).prefault('10s').describe('how long one question may take'),
    retention: durationBetween(day, 3650 * day)
      .optional()
      .describe('how long Prometheus keeps samples; 15 days unless it is told otherwise'),
  })
  .describe('the Prometheus of the service: where it is asked, and how long it remembers');

export type PrometheusSettings = z.output<typeof settings>;

/** Settings of a Prometheus that is asked. */
export type AskedSettings = PrometheusSettings & { readonly url: Secret };

/** Whether the configuration names a Prometheus to ask, and not only how long one remembers. */
export const isAsked = (settings: PrometheusSettings | undefined): settings is AskedSettings =>
  settings?.url !== undefined;
