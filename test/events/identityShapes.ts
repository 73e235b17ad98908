import type { Actor } from '../../src/controller/ports.ts';

/** One shape of `userIdentity`, with what else in the record tells who called, and what the operator shows of it. */
export interface IdentityShape {
  readonly caller: string;
  readonly record: Readonly<Record<string, unknown>>;
  readonly shown: Actor & { readonly sourceIp?: string };
}

const management = '111111111111';
const address = '203.0.113.7';
const store = `arn:aws:identitystore::${management}:identitystore/d-1234567890`;
const userId = '544894e8-80c1-707f-60e3-3ba6510dfac1';
const onBehalfOf = { userId, identityStoreArn: store };

const agents = {
  cli: 'aws-cli/2.27.0 md/awscrt#0.26.1 ua/2.1 os/linux#6.8 lang/python#3.13.3 md/command#organizations',
  terraform:
    'APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.64.0 aws-sdk-go-v2/1.30.4',
  boto: 'Boto3/1.34.162 md/Botocore#1.34.162 ua/2.0 os/linux#5.10 exec-env/AWS_Lambda_python3.12',
  browser: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
};

const sessionArn = (role: string, session: string) =>
  `arn:aws:sts::${management}:assumed-role/${role}/${session}`;

interface SessionOptions {
  readonly path?: string;
  readonly identity?: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>>;
}

function session(role: string, name: string, { path = '/', identity, context }: SessionOptions = {}) {
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

const reserved = 'AWSReservedSSO_AdministratorAccess_0123456789abcdef';
const path = '/aws-reserved/sso.amazonaws.com/eu-central-1/';
const github = `arn:aws:iam::${management}:oidc-provider/token.actions.githubusercontent.com`;
const subject = 'repo:example/landing-zone:ref:refs/heads/main';
const service = (host: string) => ({ userAgent: host, sourceIPAddress: host });

export const identityShapes: readonly IdentityShape[] = [
  {
    caller: 'Identity Center session in the console',
    record: {
      userIdentity: session(reserved, 'jane@example.com', { path }),
      userAgent: agents.browser,
      sessionCredentialFromConsole: 'true',
    },
    shown: {
      by: 'jane@example.com (AdministratorAccess)',
      arn: sessionArn(reserved, 'jane@example.com'),
      via: 'AWS console',
      sourceIp: address,
    },
  },
  {
    caller: 'Identity Center session with the user id',
    record: { userIdentity: session(reserved, 'jane', { path, identity: { onBehalfOf } }) },
    shown: {
      by: 'jane (AdministratorAccess)',
      arn: sessionArn(reserved, 'jane'),
      onBehalfOf,
      via: 'AWS CLI',
      sourceIp: address,
    },
  },
  {
    caller: 'role that only has the name of a permission set',
    record: { userIdentity: session(reserved, 'jane') },
    shown: {
      by: `role ${reserved} (session jane)`,
      arn: sessionArn(reserved, 'jane'),
      via: 'AWS CLI',
      sourceIp: address,
    },
  },
  {
    caller: 'Identity Center user without a role',
    record: { userIdentity: { type: 'IdentityCenterUser', accountId: management, onBehalfOf } },
    shown: { by: `Identity Center user ${userId}`, onBehalfOf, via: 'AWS CLI', sourceIp: address },
  },
  {
    caller: 'session of an application for an Identity Center user',
    record: { userIdentity: session('Portal', 'dora', { identity: { onBehalfOf } }) },
    shown: {
      by: 'dora (role Portal)',
      arn: sessionArn('Portal', 'dora'),
      onBehalfOf,
      via: 'AWS CLI',
      sourceIp: address,
    },
  },
  {
    caller: 'session named after a person',
    record: { userIdentity: session('Admin', 'carol@example.com') },
    shown: {
      by: 'carol@example.com (role Admin)',
      arn: sessionArn('Admin', 'carol@example.com'),
      via: 'AWS CLI',
      sourceIp: address,
    },
  },
  {
    caller: 'session with a source identity',
    record: {
      userIdentity: session('Deploy', 'pipeline-81', { context: { sourceIdentity: 'carol@example.com' } }),
      userAgent: agents.terraform,
    },
    shown: {
      by: 'carol@example.com (role Deploy)',
      arn: sessionArn('Deploy', 'pipeline-81'),
      via: 'Terraform',
      sourceIp: address,
    },
  },
  {
    caller: 'session with a name of its own',
    record: { userIdentity: session('OrganizationAdmins', 'alice') },
    shown: {
      by: 'role OrganizationAdmins (session alice)',
      arn: sessionArn('OrganizationAdmins', 'alice'),
      via: 'AWS CLI',
      sourceIp: address,
    },
  },
  {
    caller: 'session with a name that an SDK made up',
    record: {
      userIdentity: session('terraform', 'aws-go-sdk-1700000000000000000'),
      userAgent: agents.terraform,
    },
    shown: {
      by: 'role terraform',
      arn: sessionArn('terraform', 'aws-go-sdk-1700000000000000000'),
      via: 'Terraform',
      sourceIp: address,
    },
  },
  {
    caller: 'session from a web identity, with its subject',
    record: {
      userIdentity: session('terraform-ci', 'run-4711', {
        context: {
          webIdFederationData: {
            federatedProvider: github,
            attributes: { 'token.actions.githubusercontent.com:sub': subject },
          },
        },
      }),
      userAgent: agents.terraform,
    },
    shown: {
      by: `role terraform-ci (${subject})`,
      arn: sessionArn('terraform-ci', 'run-4711'),
      via: 'token.actions.githubusercontent.com, Terraform',
      sourceIp: address,
    },
  },
  {
    caller: 'session from a web identity, without a subject',
    record: {
      userIdentity: session('terraform-ci', 'run-4711', {
        context: { webIdFederationData: { federatedProvider: github, attributes: {} } },
      }),
      userAgent: agents.terraform,
    },
    shown: {
      by: 'role terraform-ci (session run-4711)',
      arn: sessionArn('terraform-ci', 'run-4711'),
      via: 'token.actions.githubusercontent.com, Terraform',
      sourceIp: address,
    },
  },
  {
    caller: 'Lambda function',
    record: {
      userIdentity: session('cleanup', 'cleanup-accounts', {
        identity: {
          inScopeOf: {
            issuerType: 'AWS::Lambda::Function',
            credentialsIssuedTo: `arn:aws:lambda:us-east-1:${management}:function:cleanup-accounts`,
          },
        },
      }),
      userAgent: agents.boto,
    },
    shown: {
      by: 'role cleanup (function cleanup-accounts)',
      arn: sessionArn('cleanup', 'cleanup-accounts'),
      via: 'Boto3',
      sourceIp: address,
    },
  },
  {
    caller: 'EC2 instance',
    record: {
      userIdentity: session('bastion', 'i-0123456789abcdef0', {
        identity: {
          inScopeOf: {
            issuerType: 'AWS::EC2::Instance',
            credentialsIssuedTo: `arn:aws:ec2:us-east-1:${management}:instance/i-0123456789abcdef0`,
          },
        },
        context: { ec2RoleDelivery: '2.0' },
      }),
    },
    shown: {
      by: 'role bastion (instance i-0123456789abcdef0)',
      arn: sessionArn('bastion', 'i-0123456789abcdef0'),
      via: 'AWS CLI',
      sourceIp: address,
    },
  },
  {
    caller: 'vendor with temporary delegated access',
    record: {
      userIdentity: session('Onboarding', 'vendor-setup', {
        identity: { invokedByDelegate: { accountId: '444444444444' } },
      }),
    },
    shown: {
      by: 'account 444444444444 (delegate as role Onboarding (session vendor-setup))',
      arn: sessionArn('Onboarding', 'vendor-setup'),
      via: 'AWS CLI',
      sourceIp: address,
    },
  },
  {
    caller: 'AWS service for a session',
    record: {
      userIdentity: session('Deploy', 'stack', { identity: { invokedBy: 'cloudformation.amazonaws.com' } }),
      ...service('cloudformation.amazonaws.com'),
    },
    shown: {
      by: 'role Deploy (session stack)',
      arn: sessionArn('Deploy', 'stack'),
      via: 'CloudFormation',
    },
  },
  {
    caller: 'IAM user',
    record: {
      userIdentity: {
        type: 'IAMUser',
        principalId: 'AIDAEXAMPLEUSER123456',
        arn: `arn:aws:iam::${management}:user/ops/bob`,
        accountId: management,
        userName: 'bob',
      },
    },
    shown: {
      by: 'bob (IAM user)',
      arn: `arn:aws:iam::${management}:user/ops/bob`,
      via: 'AWS CLI',
      sourceIp: address,
    },
  },
  {
    caller: 'root user in the console',
    record: {
      userIdentity: {
        type: 'Root',
        principalId: management,
        arn: `arn:aws:iam::${management}:root`,
        accountId: management,
        invokedBy: 'AWS Internal',
      },
      userAgent: 'AWS Internal',
    },
    shown: {
      by: `root user of account ${management}`,
      arn: `arn:aws:iam::${management}:root`,
      via: 'AWS console',
      sourceIp: address,
    },
  },
  {
    caller: 'federated user',
    record: {
      userIdentity: {
        type: 'FederatedUser',
        principalId: `${management}:dave`,
        arn: `arn:aws:sts::${management}:federated-user/dave`,
        accountId: management,
        sessionContext: { sessionIssuer: { type: 'IAMUser', userName: 'broker' } },
      },
    },
    shown: {
      by: 'dave (federated user of broker)',
      arn: `arn:aws:sts::${management}:federated-user/dave`,
      via: 'AWS CLI',
      sourceIp: address,
    },
  },
  {
    caller: 'SAML user',
    record: {
      userIdentity: {
        type: 'SAMLUser',
        principalId: 'kEXAMPLE:erin@example.com',
        userName: 'erin@example.com',
        identityProvider: 'https://login.example.com/saml',
      },
    },
    shown: { by: 'erin@example.com (https://login.example.com/saml)', via: 'AWS CLI', sourceIp: address },
  },
  {
    caller: 'web identity user',
    record: {
      userIdentity: {
        type: 'WebIdentityUser',
        principalId: `${github}:sts.amazonaws.com:${subject}`,
        userName: subject,
        identityProvider: 'token.actions.githubusercontent.com',
      },
    },
    shown: { by: `${subject} (token.actions.githubusercontent.com)`, via: 'AWS CLI', sourceIp: address },
  },
  {
    caller: 'directory user',
    record: { userIdentity: { type: 'Directory', userName: 'frank', accountId: management } },
    shown: { by: 'frank (directory user)', via: 'AWS CLI', sourceIp: address },
  },
  {
    caller: 'caller of another account',
    record: {
      userIdentity: {
        type: 'AWSAccount',
        principalId: 'AROAEXAMPLEOTHER12345:x',
        accountId: '999999999999',
      },
    },
    shown: {
      by: 'account 999999999999 (AROAEXAMPLEOTHER12345:x)',
      via: 'AWS CLI',
      sourceIp: address,
    },
  },
  {
    caller: 'AWS service',
    record: {
      userIdentity: { type: 'AWSService', invokedBy: 'controltower.amazonaws.com' },
      ...service('controltower.amazonaws.com'),
    },
    shown: { by: 'Control Tower' },
  },
  {
    caller: 'AWS Organizations itself',
    record: {
      userIdentity: { accountId: management, invokedBy: 'organizations.amazonaws.com' },
      ...service('organizations.amazonaws.com'),
      eventType: 'AwsServiceEvent',
    },
    shown: { by: 'AWS Organizations' },
  },
  {
    caller: 'AWS Internal',
    record: {
      userIdentity: { accountId: management, invokedBy: 'AWS Internal' },
      ...service('AWS Internal'),
      eventType: 'AwsServiceEvent',
    },
    shown: { by: 'AWS Organizations' },
  },
  {
    caller: 'type that CloudTrail does not know',
    record: { userIdentity: { type: 'Unknown' } },
    shown: { by: 'an unidentified caller', via: 'AWS CLI', sourceIp: address },
  },
  {
    caller: 'no identity',
    record: { userIdentity: null },
    shown: { by: 'an unidentified caller', via: 'AWS CLI', sourceIp: address },
  },
];
