// Host, port and path in keys of their own, where one `url` or `address` holds them: one mistake, told with the whole value.
import type { Explaining } from './explain.ts';
import { keyText } from './mask.ts';
import { normalise } from './nearest.ts';
import type { Path } from './places.ts';

type Part = 'host' | 'port' | 'path' | 'database';

const parts: Readonly<Record<string, Part>> = {
  host: 'host',
  hostname: 'host',
  port: 'port',
  path: 'path',
  database: 'database',
  dbname: 'database',
};
const schemes: Readonly<Record<string, string>> = {
  postgres: 'postgres',
  redis: 'redis',
  http: 'http',
  elasticsearch: 'http',
};
const forms: Readonly<Record<Part, RegExp>> = {
  host: /^[A-Za-z0-9.-]{1,100}$/,
  port: /^\d{1,5}$/,
  path: /^\/[\w./-]{0,100}$/,
  database: /^[\w-]{1,63}$/,
};

/** @returns the keys that are told of, and the one that they are meant for. */
export function placeApart(
  { findings }: Explaining,
  path: Path,
  known: readonly string[],
  type: string | undefined,
  written: Readonly<Record<string, unknown>>,
): { readonly keys: ReadonlySet<string>; readonly meant: readonly string[] } {
  const found = Object.keys(written).flatMap((key) => {
    const part = known.includes(key) ? undefined : parts[normalise(key)];
    return part === undefined ? [] : [{ key, part }];
  });
  const whole = ['url', 'address'].find((key) => known.includes(key) && !Object.hasOwn(written, key));
  const host = found.find(({ part }) => part === 'host');
  const scheme = schemes[type ?? ''];
  if (host === undefined || whole === undefined || (whole === 'url' && scheme === undefined))
    return { keys: new Set(), meant: [] };
  const textOf = (wanted: Part): string | undefined => {
    const key = found.find(({ part }) => part === wanted)?.key;
    const text = key === undefined ? '' : String(written[key]);
    return forms[wanted].test(text) ? text : undefined;
  };
  const port = textOf('port');
  const address = `${textOf('host') ?? 'host'}${port === undefined ? (whole === 'url' ? '' : ':port') : `:${port}`}`;
  const database = textOf('database');
  const behind = textOf('path') ?? (database === undefined ? '' : `/${database}`);
  const value = whole === 'url' ? `${scheme}://${address}${behind}` : address;
  const others = found.filter((one) => one !== host && (whole === 'url' || one.part === 'port'));
  const too =
    others.length === 0 ? '' : `, in place of ${others.map(({ key }) => `\`${keyText(key).text}\``).join(' and ')} too`;
  const text = keyText(host.key).text;
  findings.add([...path, host.key], `unknown key \`${text}\``, `write \`${whole}: ${value}\`${too}`, 'key');
  return { keys: new Set([host, ...others].map(({ key }) => key)), meant: [whole] };
}
