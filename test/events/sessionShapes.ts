import {
  address,
  agents,
  github,
  type IdentityShape,
  management,
  onBehalfOf,
  path,
  reserved,
  service,
  session,
  sessionArn,
  subject,
  userId,
} from './identityRecords.ts';

/** Sessions of roles and of Identity Center. */
export const sessionShapes: readonly IdentityShape[] = [
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
];
