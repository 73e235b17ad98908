import { readable } from '../awsApi/failure.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface SettingFault {
  /** Credentials: with them nothing can be signed. */
  readonly kind: 'Credentials' | 'Setting';
  /** The variable, what is wrong with it, and what to do. */
  readonly message: string;
}

const credentialVariables = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
];
const regionVariables = ['AWS_REGION', 'AWS_DEFAULT_REGION'];

/** The first setting of the environment that no call to AWS can be made with. Values of secrets are never shown. */
export function settingFault(environment: Environment): SettingFault | undefined {
  return (
    first(credentialVariables, (name) => blankFault(name, environment[name]), 'Credentials') ??
    first([...regionVariables], (name) => regionFault(name, environment[name]), 'Setting') ??
    first(endpointVariables(environment), (name) => endpointFault(name, environment[name]), 'Setting') ??
    halfKeys(environment)
  );
}

function first(
  names: readonly string[],
  judge: (name: string) => string | undefined,
  kind: SettingFault['kind'],
): SettingFault | undefined {
  for (const name of names) {
    const message = judge(name);
    if (message !== undefined) return { kind, message };
  }
  return undefined;
}

/** Undefined: the value neither begins nor ends in white space, which files and `echo` leave behind. */
function blankFault(name: string, value: string | undefined): string | undefined {
  if (!value || value.trim() === value) return undefined;
  if (value.trim() === '') return `${name} contains only white space. Set a value, or unset the variable.`;
  const end = value.trimEnd() !== value;
  const what = (end ? value.slice(value.trimEnd().length) : value).match(/^[\r\n]/)
    ? 'a line break'
    : 'a space';
  return `${name} ${end ? 'ends in' : 'begins with'} ${what}. Remove it from the value.`;
}

/** What is wrong with a region, by the name of where it was set; undefined: nothing that shows. */
export function regionFault(name: string, value: string | undefined): string | undefined {
  if (!value) return undefined;
  const blank = blankFault(name, value);
  if (blank !== undefined) return blank;
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(value)) return undefined;
  return `${name} is ${quoted(value)}, which is not the name of a region. Set one such as us-east-1.`;
}

function endpointVariables(environment: Environment): string[] {
  if (environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return [];
  return Object.keys(environment).filter((name) => /^AWS_ENDPOINT_URL(_|$)/.test(name));
}

function endpointFault(name: string, value: string | undefined): string | undefined {
  if (!value) return undefined;
  const blank = blankFault(name, value);
  if (blank !== undefined) return blank;
  if (/^https?:\/\/./i.test(value) && URL.canParse(value)) return undefined;
  const fault = /^[\w.[\]:-]+(:\d+)?(\/|$)/.test(value) && !value.includes('://');
  return fault
    ? `${name} is ${quoted(value)}, which has no scheme. Write http:// or https:// before it.`
    : `${name} is ${quoted(value)}, which is not a URL. Set one such as https://vpce.example.com.`;
}

/** One of the two keys alone makes the SDK ignore both. */
function halfKeys(environment: Environment): SettingFault | undefined {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_PROFILE: profile } = environment;
  if (profile || Boolean(id) === Boolean(secret)) return undefined;
  const [set, missing] = id
    ? ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
    : ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID'];
  return { kind: 'Credentials', message: `${set} is set and ${missing} is not. Set both, or unset both.` };
}

/** A URL may carry a password. */
function quoted(value: string): string {
  return JSON.stringify(readable(value.replace(/\/\/[^/@]*@/, '//***@'), 80));
}
