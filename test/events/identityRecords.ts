import type { Actor } from '../../src/controller/ports.ts';

/** One shape of `userIdentity`, with what else in the record tells who called, and what the operator shows of it. */
export interface IdentityShape {
  readonly caller: string;
  readonly record: Readonly<Record<string, unknown>>;
  readonly shown: Actor & { readonly sourceIp?: string };
}

export const management = '111111111111';
export const address = '203.0.113.7';
export const store = `arn:aws:identitystore::${management}:identitystore/d-1234567890`;
export const userId = '544894e8-80c1-707f-60e3-3ba6510dfac1';
export const onBehalfOf = { userId, identityStoreArn: store };

export const agents = {
  cli: 'aws-cli/2.27.0 md/awscrt#0.26.1 ua/2.1 os/linux#6.8 lang/python#3.13.3 md/command#organizations',
  terraform:
    'APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.64.0 aws-sdk-go-v2/1.30.4',
  boto: 'Boto3/1.34.162 md/Botocore#1.34.162 ua/2.0 os/linux#5.10 exec-env/AWS_Lambda_python3.12',
  browser: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
};

export const sessionArn = (role: string, session: string) =>
  `arn:aws:sts::${management}:assumed-role/${role}/${session}`;

interface SessionOptions {
  readonly path?: string;
  readonly identity?: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>>;
}

export function session(role: string, name: string, { path = '/', identity, context }: SessionOptions = {}) {
  return {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLEROLEID1234:${name}`,
    arn: sessionArn(role, name),
    accountId: management,
    accessKeyId: 'ASIAEXAMPLEKEY123456',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROAEXAMPLEROLEID1234',
        arn: `arn:aws:iam::${management}:role${path}${role}`,
        accountId: management,
        userName: role,
      },
      attributes: { creationDate: '2026-03-01T11:30:00Z', mfaAuthenticated: 'false' },
      ...context,
    },
    ...identity,
  };
}

export const reserved = 'AWSReservedSSO_AdministratorAccess_0123456789abcdef';
export const path = '/aws-reserved/sso.amazonaws.com/eu-central-1/';
export const github = `arn:aws:iam::${management}:oidc-provider/token.actions.githubusercontent.com`;
export const subject = 'repo:example/landing-zone:ref:refs/heads/main';
export const service = (host: string) => ({ userAgent: host, sourceIPAddress: host });
