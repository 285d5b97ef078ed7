// Where AWS clients ask instead of at AWS, and what keeps it from being asked there.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
import { loadConfig } from '@smithy/core/config';
import { endpointProblem } from './endpoint-url.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

type Given = { readonly from: string; readonly text: string };

/** The variable that counts for the service, as `KMS` or `STS`; an empty one is as good as none. Pure. */
export function endpointVariable(service: string, environment: Environment): Given | undefined {
  if (environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true') return undefined;
  const from = [`AWS_ENDPOINT_URL_${service}`, 'AWS_ENDPOINT_URL'].find((name) => environment[name]);
  return from === undefined ? undefined : { from, text: environment[from] ?? '' };
}

export type Section = Readonly<Record<string, string | undefined>>;

/** In a profile or in the `services` that it names; the section's keys begin with the service. */
function inProfile(service: string, profile: Section, all: Readonly<Record<string, Section>> = {}): Given | undefined {
  if (profile.ignore_configured_endpoint_urls?.toLowerCase() === 'true') return undefined;
  const own = all[`services.${profile.services}`]?.[`${service.toLowerCase()}.endpoint_url`];
  const text = own || profile.endpoint_url;
  return text ? { from: 'endpoint_url of the profile', text } : undefined;
}

/** What counts for the service: of the environment, else of the profile. Pure. */
export const configuredEndpoint = (
  service: string,
  environment: Environment,
  profile: Section = {},
  all?: Readonly<Record<string, Section>>,
): Given | undefined => endpointVariable(service, environment) ?? inProfile(service, profile, all);

/** Names the variable or the profile, and shows nothing of the text. Pure. */
export function wrongEndpoint(given: Given | undefined): string | undefined {
  const problem = given && endpointProblem(given.text);
  return given && problem && `${given.from} ${problem}`;
}

/** Names the variable or the profile. @param options of the lookup in the files. */
export async function configuredEndpointProblem(
  service: string,
  options: Parameters<typeof loadConfig>[1],
): Promise<string | undefined> {
  const find = loadConfig<Given | undefined>(
    {
      environmentVariableSelector: (environment) => endpointVariable(service, environment),
      configFileSelector: (profile, all) => inProfile(service, profile, all as Record<string, Section> | undefined),
      default: undefined,
    },
    options,
  );
  return wrongEndpoint(await find());
}
