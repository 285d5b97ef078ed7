// Names as they are sent, made into what Prometheus allows.
// https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels

/** Bytes of a name that a line may have. */
export const longestName = 256;

/** Each other character is an underscore. One that begins with a digit is put behind one, as statsd_exporter does. */
export const metricNameOf = (sent: string): string => behindDigit(sent.replace(/[^a-zA-Z0-9_:]/gu, '_'));

/** Names that Prometheus uses itself are put behind `tag_`. */
export function labelNameOf(sent: string): string {
  const name = behindDigit(sent.replace(/[^a-zA-Z0-9_]/gu, '_'));
  return name.startsWith('__') || name === 'le' || name === 'quantile' ? `tag_${name}` : name;
}

const behindDigit = (name: string): string => (/^\d/.test(name) ? `_${name}` : name);
