// The names that others rely on in Kubernetes: objects, containers, ports, volumes, keys, probes; of an overlay what it
// changes. And what the image and the package are called.
import { readFileSync } from 'node:fs';
import { folder, type Kubernetes, kustomizations, render } from '../k8s/render.ts';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

export function kubernetes(): readonly string[] {
  const [base, ...overlays] = kustomizations.map((name) => ({
    name,
    lines: render(`${folder}/${name}`).flatMap(linesOf),
  }));
  if (base === undefined) throw new Error('k8s/ has no kustomization');
  return [
    ...base.lines.map((line) => `(base) ${line}`),
    ...overlays.flatMap(({ name, lines }) => [
      ...lines.filter((line) => !base.lines.includes(line)).map((line) => `(${name}) with ${line}`),
      ...base.lines.filter((line) => !lines.includes(line)).map((line) => `(${name}) without ${line}`),
    ]),
    ...image(),
    ...packaged(),
  ];
}

type Loose = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Loose => typeof value === 'object' && value !== null && !Array.isArray(value);

function linesOf(object: Kubernetes): readonly string[] {
  const name = `${object.kind} ${object.metadata.name}`;
  return [`${name}: ${object.apiVersion}`, ...leaves(object, '').map((line) => `${name} ${containerText(line)}`)];
}

/** A container by its name, since an overlay moves it from one list to another. */
const containerText = (line: string): string =>
  line.replace(/^spec\.template\.spec\.(initContainers|containers)\[/, '[');

/** How much and how long: no name that another one relies on. */
const amounts = /^(apiVersion|kind|metadata\.name)$|(Seconds|Threshold|replicas|resources\..*)$/;

/** Every value with its path; an entry of a list goes by its name where it has one. The texts of keys are left out. */
function leaves(value: unknown, path: string): readonly string[] {
  if (amounts.test(path)) return [];
  if (/^(data|stringData)$/.test(path) && isMap(value)) return Object.keys(value).map((key) => `${path}: ${key}`);
  if (Array.isArray(value) && value.some(isMap)) return value.flatMap((item, index) => leavesOfItem(item, path, index));
  if (Array.isArray(value)) return [`${path}: ${value.join(' ')}`];
  if (isMap(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
  }
  const text = path.endsWith('.image') ? String(value).replace(/:[\w.-]+$/, '') : value; // its version is another with each
  return [`${path}: ${isMap(value) ? '{}' : text}`];
}

function leavesOfItem(item: Loose, path: string, index: number): readonly string[] {
  if (typeof item.name !== 'string') return leaves(item, `${path}[${index}]`);
  const { name, ...rest } = item;
  const here = `${path}[${name}]`;
  return [`${here}: of ${path.slice(path.lastIndexOf('.') + 1)}`, ...leaves(rest, here)];
}

/** What a build can be told, and what the last stage says. */
function image(): readonly string[] {
  const text = read('Dockerfile')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/ *\\\n */g, ' ');
  const last = text.slice(text.indexOf('\nFROM scratch'));
  const rows = [
    ...[...text.matchAll(/^ARG (\w+)/gm)].map(([, name]) => `argument ${name}`),
    ...[...last.matchAll(/^ENV (.*)$/gm)].flatMap(([, all = '']) => all.split(' ').map((one) => `variable ${one}`)),
    ...[...last.matchAll(/([\w.]+)="/g)].map(([, name]) => `label ${name}`),
    ...[...last.matchAll(/^((?:USER|EXPOSE|ENTRYPOINT|HEALTHCHECK) .*)$/gm)].map(([, line]) => line),
    ...[...text.matchAll(/ln -s (\S+) \/image(\S+)/g)].map(([, from, to]) => `${to} is ${from}`),
  ];
  return rows.map((row) => `(image) ${row}`);
}

function packaged(): readonly string[] {
  const { name, bin, files, engines, type } = JSON.parse(read('package.json')) as Loose;
  return Object.entries({ name, bin, files, engines, type }).map(
    ([key, value]) => `(package) ${key}: ${JSON.stringify(value)}`,
  );
}
