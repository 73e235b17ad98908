import { homedir } from 'node:os';
import { join } from 'node:path';
import { nearest } from '../crds/nearest.ts';
import type { Environment } from './settingFaults.ts';

/** One section of the shared files, as the SDK reads it. */
export type Profile = Readonly<Record<string, string | undefined>>;

/** Where the SDK's default chain takes the credentials of the process from. */
export type CredentialSource =
  | { readonly kind: 'Profile'; readonly name: string; readonly profile: Profile }
  | { readonly kind: 'UnknownProfile'; readonly name: string; readonly similar: string | undefined }
  | { readonly kind: 'Environment' }
  | { readonly kind: 'WebIdentity'; readonly tokenFile: string; readonly role: string }
  | { readonly kind: 'Container'; readonly uri: string }
  | { readonly kind: 'Instance' }
  | { readonly kind: 'None' };

type Profiles = Readonly<Record<string, Profile>>;

const holdsCredentials =
  /^(aws_access_key_id|role_arn|web_identity_token_file|credential_process|sso_start_url|sso_session|login_session)$/;

/**
 * The first of the chain that is set up, in the SDK's order.
 *
 * Source: AWS SDKs and tools reference guide, "Standardized credential providers".
 */
export function sourceOf(environment: Environment, profiles: Profiles): CredentialSource {
  const named = environment['AWS_PROFILE'];
  if (named && !profiles[named]) {
    return { kind: 'UnknownProfile', name: named, similar: nearest(named, Object.keys(profiles)) };
  }
  if (!named && environment['AWS_ACCESS_KEY_ID'] && environment['AWS_SECRET_ACCESS_KEY']) {
    return { kind: 'Environment' };
  }
  const name = named || 'default';
  const profile = profiles[name];
  if (profile && Object.keys(profile).some((key) => holdsCredentials.test(key))) {
    return { kind: 'Profile', name, profile };
  }
  const { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: role } = environment;
  if (tokenFile && role) return { kind: 'WebIdentity', tokenFile, role };
  const uri =
    environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] ||
    environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  if (uri) return { kind: 'Container', uri };
  if (named && profile) return { kind: 'Profile', name, profile };
  const disabled = environment['AWS_EC2_METADATA_DISABLED'];
  return disabled && disabled !== 'false' ? { kind: 'None' } : { kind: 'Instance' };
}

/** What to do when the credentials of the source are missing, expired or refused; one sentence. */
export function remedyFor(source: CredentialSource): string {
  switch (source.kind) {
    case 'Profile':
      return profileRemedy(source);
    case 'UnknownProfile':
      return source.similar === undefined
        ? 'Correct AWS_PROFILE, or add the profile.'
        : `Did you mean ${source.similar}?`;
    case 'Environment':
      return 'Set current values of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.';
    case 'WebIdentity':
      return `Check that role ${source.role} trusts the issuer and the subject of the token in ${source.tokenFile}.`;
    case 'Container':
      return 'Check the EKS Pod Identity association of the service account, or the ECS task role.';
    case 'Instance':
    case 'None':
      return 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; in a pod, give its service account an IAM role (EKS Pod Identity or IRSA).';
  }
}

function profileRemedy({ name, profile }: Extract<CredentialSource, { kind: 'Profile' }>): string {
  if (isSso(profile)) return `Run: aws sso login --profile ${name}`;
  if (profile['login_session'] !== undefined) return `Run: aws login --profile ${name}`;
  if (profile['credential_process'] !== undefined) {
    return `Run the credential_process of profile ${name} by itself and correct what it reports.`;
  }
  return `Correct the profile: aws configure --profile ${name}`;
}

export function isSso(profile: Profile): boolean {
  return profile['sso_session'] !== undefined || profile['sso_start_url'] !== undefined;
}

/** The two files that profiles are read from. */
export function sharedFiles(environment: Environment): string {
  const config = environment['AWS_CONFIG_FILE'] || join(homedir(), '.aws', 'config');
  const credentials = environment['AWS_SHARED_CREDENTIALS_FILE'] || join(homedir(), '.aws', 'credentials');
  return `${config} or ${credentials}`;
}

/** Profiles of the shared files; none when they cannot be read, as the SDK has it. */
export async function readProfiles(): Promise<Profiles> {
  const { parseKnownFiles } = await import('@smithy/core/config');
  return await parseKnownFiles({ ignoreCache: true }).catch(() => ({}));
}
