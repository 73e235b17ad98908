import { address, github, type IdentityShape, management, service, subject } from './identityRecords.ts';
import { sessionShapes } from './sessionShapes.ts';

/** Every identity that CloudTrail records, in the order of the table of docs/events.md. */
export const identityShapes: readonly IdentityShape[] = [
  ...sessionShapes,
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
