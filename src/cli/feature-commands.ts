// The commands of features: as all others, with what the configuration says of the feature and a way to ask the daemon.
import { usualControl } from '../config/configuration.ts';
import type { Feature } from '../features/define.ts';
import { features } from '../features/index.ts';
import { ask, within } from './ask-daemon.ts';
import type { Command, CommandTable, FeatureCommand, Values } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { configuration } from './options.ts';

/** How long the daemon may take to answer. */
const answerMs = 20_000;

/** By name, in the order of the features. */
export const featureCommands = (): CommandTable =>
  Object.fromEntries(
    features.flatMap((feature) =>
      Object.entries(feature.commands ?? {}).map(([name, { summary, load }]) => [
        name,
        { summary, load: async () => ({ command: commandOf(feature, (await load()).command) }) },
      ]),
    ),
  );

function commandOf(feature: Feature, { execute, ...about }: FeatureCommand): Command {
  return {
    ...about,
    options: { ...configuration, ...about.options },
    async execute(given) {
      const { loadOrExplain } = await import('./loading.ts');
      const loaded = loadOrExplain(given.values as Values<typeof configuration>);
      if (loaded === undefined) return exitCodes.configuration;
      const { features: asked, control, source } = loaded.configuration;
      const found = asked.find((one) => one.feature.key === feature.key);
      if (found === undefined) {
        process.stderr.write(
          `sidewarden: ${source} says nothing of ${feature.key}: write it there to use this command\n`,
        );
        return exitCodes.configuration;
      }
      const where = { socketPath: control ?? usualControl };
      return execute({
        ...given,
        settings: found.settings,
        async ask(method, path, body) {
          const response = await ask(where, method, path, within(answerMs), body);
          if (!response.isWhole) throw new Error(`the answer of ${path} is too long to be read`);
          return response;
        },
      });
    },
  };
}
