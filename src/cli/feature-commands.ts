// The commands of features: as all others, with what the configuration says of the feature and a way to ask the daemon.
import { usualControl } from '../config/configuration.ts';
import type { Feature } from '../features/define.ts';
import { features } from '../features/index.ts';
import { ask, explainNobody, NobodyAnswers, within } from './ask-daemon.ts';
import type { Command, CommandTable, FeatureCommand, Values } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { configuration } from './options.ts';
import { say } from './terminal.ts';

/** How long the daemon may take to answer. */
const answerMs = 20_000;

const nameSocket =
  'Is it running? `control` of the configuration and SIDEWARDEN_CONTROL say where its control socket is';

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
      const socketPath = control ?? usualControl;
      return execute({
        ...given,
        settings: found.settings,
        say,
        async ask(method, path, body, accept) {
          const response = await ask({ socketPath }, method, path, within(answerMs), body, accept).catch((error) => {
            if (error instanceof NobodyAnswers)
              throw new Error(explainNobody(socketPath, error, nameSocket), { cause: error });
            throw error;
          });
          if (!response.isWhole) throw new Error(`the answer of ${path} is too long to be read`);
          return response;
        },
      });
    },
  };
}
