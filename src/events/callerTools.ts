import { isIP } from 'node:net';
import { type Json, matchAt, objectAt, textAt } from '../text/json.ts';
import { awsInternal, serviceTitle } from './serviceTitles.ts';

const console = 'AWS console';

/**
 * Returns the services and tools that a call went through, the nearest to AWS first, each once: the identity provider,
 * the service that called for the caller, the program of the user agent, the console.
 */
export function callerTools(record: Json): readonly string[] {
  const identity = objectAt(record, 'userIdentity');
  const tools = [
    identityProvider(identity),
    service(record, textAt(identity, 'invokedBy', 256)),
    service(record, hostIn(record)),
    program(record, textAt(record, 'userAgent', 1024)),
    isFromConsole(record, identity) ? console : undefined,
  ];
  return [...new Set(tools.filter((tool) => tool !== undefined))];
}

/** Without its ARN: `token.actions.githubusercontent.com`. */
function identityProvider(identity: Json): string | undefined {
  const federation = objectAt(objectAt(identity, 'sessionContext'), 'webIdFederationData');
  return textAt(federation, 'federatedProvider', 512)?.replace(/^arn:.*:(oidc|saml)-provider\//, '');
}

/** `AWS Internal` with the address of a person is the console; without one, it is the service of the event. */
function service(record: Json, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (name !== awsInternal) return serviceTitle(name);
  if (addressOf(record) !== undefined) return console;
  const eventSource = textAt(record, 'eventSource', 256);
  return eventSource === undefined ? undefined : serviceTitle(eventSource);
}

const serviceHost = /^([\w.-]+\.amazonaws\.com(\.cn)?|AWS Internal)$/;

function hostIn(record: Json): string | undefined {
  return matchAt(record, 'sourceIPAddress', serviceHost);
}

/** The IP address that a call came from; undefined where the record has the name of a service instead. */
export function addressOf(record: Json): string | undefined {
  const address = textAt(record, 'sourceIPAddress', 256);
  return address !== undefined && isIP(address) !== 0 ? address : undefined;
}

/** What a user agent contains, and the program it means. The first match counts: tools contain the agents of their SDKs. */
const programs: readonly (readonly [form: RegExp, name: string])[] = [
  [/\btrusted-access-operator\//, 'trusted-access-operator'],
  [/\bOpenTofu\//i, 'OpenTofu'],
  [/\bTerraform\/|\bHashiCorp\//i, 'Terraform'],
  [/\bPulumi/i, 'Pulumi'],
  [/\bcrossplane/i, 'Crossplane'],
  [/\baws-controllers-k8s/i, 'AWS Controllers for Kubernetes'],
  [/\bAnsible/i, 'Ansible'],
  [/\bCloudCustodian|\bc7n/i, 'Cloud Custodian'],
  [/\bCloudShell\b/i, 'AWS CloudShell'],
  [/\bAWSPowerShell/i, 'AWS Tools for PowerShell'],
  [/\bcdk-/i, 'AWS CDK'],
  [/\baws-cli\//i, 'AWS CLI'],
  [/\bBoto3\//i, 'Boto3'],
  [/\bBotocore\//i, 'Botocore'],
  [/\baws-sdk-go/i, 'AWS SDK for Go'],
  [/\baws-sdk-(js|nodejs)/i, 'AWS SDK for JavaScript'],
  [/\baws-sdk-java/i, 'AWS SDK for Java'],
  [/\baws-sdk-(dotnet|net)/i, 'AWS SDK for .NET'],
  [/\baws-sdk-rust/i, 'AWS SDK for Rust'],
  [/\baws-sdk-(php|ruby|cpp|swift|kotlin)/i, 'AWS SDK'],
  [/^Mozilla\//, console],
];

function program(record: Json, agent: string | undefined): string | undefined {
  if (agent === undefined) return undefined;
  if (/^AWS[ -]Internal\b/i.test(agent)) return service(record, awsInternal);
  // The user agent of a service that calls is its host.
  if (serviceHost.test(agent)) return serviceTitle(agent);
  return programs.find(([form]) => form.test(agent))?.[1];
}

function isFromConsole(record: Json, identity: Json): boolean {
  // Written as a string; at the record's top level in newer versions.
  return [record, identity].some(
    ({ sessionCredentialFromConsole: reported }) => reported === 'true' || reported === true,
  );
}
