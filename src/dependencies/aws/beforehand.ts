// What is wrong for certain with the place that the credential chain asks first, before it sends anything there: a wrong
// endpoint would be looked up, a broken token sent.
import { loadSharedConfigFiles } from '@smithy/core/config';
import { configuredEndpoint, type Environment, type Section, wrongEndpoint } from './endpoints.ts';
import {
  containerMistakes,
  keys,
  type Mistake,
  metadataMistakes,
  tokenFileMistakes,
  webIdentityMistakes,
} from './mistakes.ts';

/** Of a profile that can give credentials. */
const sourceKeys = /^(aws_access_key_id|role_arn|web_identity_token_file|credential_process|sso_|login_)/;

type Chain = {
  readonly environment: Environment;
  /** Of the configuration and the credentials file together. */
  readonly sections: Readonly<Record<string, Section>>;
  readonly selected: string;
};

/** Nothing where keys of the environment are used. Never rejects. */
export async function mistakesBefore(environment: Environment): Promise<readonly Mistake[]> {
  if (!environment.AWS_PROFILE && keys.every((name) => environment[name])) return [];
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const names = [...Object.keys(configFile), ...Object.keys(credentialsFile)];
  const sections = Object.fromEntries(names.map((name) => [name, { ...configFile[name], ...credentialsFile[name] }]));
  const all = atFirst({ environment, sections, selected: environment.AWS_PROFILE || 'default' });
  const certain = all.filter(({ errorClass }) => errorClass !== undefined);
  return certain.filter(({ message }, index) => certain.findIndex((one) => one.message === message) === index);
}

/** In the order of the chain. */
function atFirst(chain: Chain): Mistake[] {
  const { environment, sections, selected } = chain;
  const profile = sections[selected] ?? {};
  if (Object.keys(profile).some((key) => sourceKeys.test(key))) return atProfile(chain, selected);
  if (environment.AWS_WEB_IDENTITY_TOKEN_FILE && environment.AWS_ROLE_ARN) {
    return [...webIdentityMistakes(environment), ...endpointMistakes(chain, ['STS'])];
  }
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI } = environment;
  if (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI || AWS_CONTAINER_CREDENTIALS_FULL_URI)
    return containerMistakes(environment);
  return metadataMistakes(environment, profile);
}

/** Of a profile and of those whose role it takes. As in credential-provider-ini. */
function atProfile(chain: Chain, name: string, seen: readonly string[] = []): Mistake[] {
  const { environment, sections, selected } = chain;
  const profile = sections[name];
  if (profile === undefined || seen.includes(name)) return [];
  const { role_arn, source_profile, credential_source, web_identity_token_file: file } = profile;
  const hasKeys = Boolean(profile.aws_access_key_id && profile.aws_secret_access_key);
  if (seen.length > 0 && hasKeys) return [];
  if (role_arn && source_profile) {
    return [...endpointMistakes(chain, ['STS']), ...atProfile(chain, source_profile, [...seen, name])];
  }
  if (credential_source) {
    const sts = role_arn ? endpointMistakes(chain, ['STS']) : [];
    if (credential_source === 'EcsContainer') return [...sts, ...containerMistakes(environment)];
    if (credential_source !== 'Ec2InstanceMetadata') return sts;
    return [...sts, ...metadataMistakes(environment, sections[selected])];
  }
  if (hasKeys) return [];
  if (role_arn && file) {
    return [...tokenFileMistakes('web_identity_token_file of the profile', file), ...endpointMistakes(chain, ['STS'])];
  }
  if (profile.credential_process) return [];
  if (profile.sso_account_id || profile.sso_session) return endpointMistakes(chain, ['SSO', 'SSO_OIDC']);
  return profile.login_session ? endpointMistakes(chain, ['SIGNIN']) : [];
}

/** Their clients go by the profile that was selected, whoever's role is taken. */
const endpointMistakes = ({ environment, sections, selected }: Chain, services: readonly string[]): Mistake[] =>
  services.flatMap((service) => {
    const problem = wrongEndpoint(configuredEndpoint(service, environment, sections[selected], sections));
    return problem === undefined ? [] : [{ message: problem, errorClass: 'misconfig' }];
  });
