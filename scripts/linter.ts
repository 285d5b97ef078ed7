// The linter's rules for the layers: what biome.json says of the imports of each room, from the table in layers.ts.
import { execFileSync } from 'node:child_process';
import { matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clients, type Room, rooms } from './layers.ts';

/** What some files of src/ may not import. The linter follows the last rule that names a file, and only that one. */
type Rule = {
  /** A glob, from src/. */
  readonly files: string;
  /** Imports that the linter refuses, as they are written in these files; those behind `!` are allowed. */
  readonly group: readonly string[];
  readonly message: string;
};

/** What any other file may import: everything but the client libraries. */
const everywhere: Rule = { files: '**', group: [], message: '' };

/** The files of a room that others import, from src/. */
function faceOf(imported: string): readonly string[] {
  if (imported.endsWith('.ts')) return [imported];
  const room = rooms.find((one) => one.room === imported);
  if (room === undefined) throw new Error(`scripts/layers.ts: no room is called ${imported}`);
  return room.apart === undefined ? [`${imported}/**`] : [`${imported}/*`, `${imported}/*/index.ts`];
}

const allow = (up: string, paths: readonly string[]): readonly string[] => paths.map((path) => `!${up}${path}`);

/** The rules of a room: of its files, and where its folders are apart, of the files in these and in their folders. */
function rulesOf({ room, imports, packages, apart, closed = [] }: Room): readonly Rule[] {
  const faces = imports.flatMap(faceOf);
  const message = `${room} may import only: ${[...imports, ...(packages ?? [])].join(', ')}`;
  const refused = packages === undefined ? ['../**'] : ['**', ...allow('', ['./*', ...packages])];
  const group = [...refused, ...allow('../', faces)];
  if (apart === undefined) return [{ files: `${room}/**`, group, message }];
  const shared = apart.map((folder) => `${folder}/**`);
  const inside = `a folder of ${room} may import what lies beside the folders, and: ${[...apart, ...imports].join(', ')}`;
  const closedTo = closed.flatMap((folder) => [`./${folder}/**`, `!./${folder}/index.ts`]);
  const inFolder = ['../*/**', ...allow('../../', faces), ...allow('../', shared), ...closedTo];
  const beside = closed.map((folder) => `../${folder}/index.ts`);
  const deeper = [
    '../*/**',
    ...allow('../../../', faces),
    ...allow('../../', ['*.ts', ...shared]),
    ...allow('', beside),
  ];
  return [
    { files: `${room}/*.ts`, group, message },
    { files: `${room}/*/**`, group: inFolder, message: inside },
    { files: `${room}/*/*/**`, group: deeper, message: inside },
  ];
}

const globOf = (place: string): string => (place.endsWith('.ts') ? place : `${place}/**`);
const isWithin = (files: string, place: string): boolean => files === place || files.startsWith(`${place}/`);

/** What a place that may import a client is refused otherwise. */
function rulesOfPlaces(rules: readonly Rule[]): readonly Rule[] {
  const places = new Set(Object.values(clients).flat().map(globOf));
  return [...places]
    .filter((files) => !rules.some((rule) => rule.files === files))
    .map((files) => ({ ...(rules.findLast((rule) => matchesGlob(files, rule.files)) ?? everywhere), files }));
}

/** The clients that these files may not import, and who may. */
function refusedTo(files: string): Readonly<Record<string, string>> {
  const refused = Object.entries(clients).filter(([, places]) => !places.some((place) => isWithin(files, place)));
  return Object.fromEntries(
    refused.map(([client, places]) => {
      return [client, `${client} is imported in ${places.map((place) => `src/${place}`).join(' and ')} only`];
    }),
  );
}

const overrideOf = ({ files, group, message }: Rule) => ({
  includes: [`src/${files}`],
  linter: {
    rules: {
      style: {
        noRestrictedImports: {
          level: 'error',
          options: { paths: refusedTo(files), patterns: group.length === 0 ? [] : [{ group, message }] },
        },
      },
    },
  },
});

type Override = {
  readonly linter: { readonly rules: { readonly style?: { readonly noRestrictedImports?: unknown } } };
};
const isOfLayers = ({ linter }: Override): boolean => linter.rules.style?.noRestrictedImports !== undefined;

/** The text of biome.json, with the rules of the layers made anew. */
export function withLayers(biomeJson: string): string {
  const configuration: { readonly overrides: readonly Override[] } = JSON.parse(biomeJson);
  const ofRooms = [everywhere, ...rooms.flatMap(rulesOf)];
  const ofLayers = [...ofRooms, ...rulesOfPlaces(ofRooms)].map(overrideOf);
  const others = configuration.overrides.filter((override) => !isOfLayers(override));
  return formatted(JSON.stringify({ ...configuration, overrides: [...others, ...ofLayers] }, null, 2));
}

function formatted(input: string): string {
  const biome = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url));
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  return execFileSync(biome, ['format', '--stdin-file-path=biome.json', '--vcs-enabled=false'], {
    input,
    cwd,
    encoding: 'utf8',
  });
}
