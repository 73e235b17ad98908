import type { Field, InputShape } from '../inputs.ts';

// Bounds: the service model of 2016-11-28.
const accountId: Field = { kind: 'string', required: true, max: 12, pattern: /^\d{12}$/ };
const principal: Field = {
  kind: 'string',
  required: true,
  min: 1,
  max: 128,
  pattern: /^[\w+=,.@-]*$/,
};
const paging: InputShape = {
  NextToken: { kind: 'string', max: 100_000 },
  MaxResults: { kind: 'integer', min: 1, max: 20 },
};

export const shapes = {
  paging,
  principal: { ServicePrincipal: principal },
  account: { AccountId: accountId },
  accountAndPaging: { AccountId: accountId, ...paging },
  delegation: { AccountId: accountId, ServicePrincipal: principal },
  administrators: {
    ServicePrincipal: { kind: 'string', min: 1, max: 128, pattern: /^[\w+=,.@-]*$/ },
    ...paging,
  },
  createOrganization: { FeatureSet: { kind: 'string', values: ['ALL', 'CONSOLIDATED_BILLING'] } },
  createAccount: {
    Email: { kind: 'string', required: true, min: 6, max: 64, pattern: /^[^\s@]+@[^\s@]+\.[^\s@]+$/ },
    AccountName: { kind: 'string', required: true, min: 1, max: 50, pattern: /^[ -~]+$/ },
    RoleName: { kind: 'string', max: 64, pattern: /^[\w+=,.@-]{1,64}$/ },
    IamUserAccessToBilling: { kind: 'string', values: ['ALLOW', 'DENY'] },
  },
  createAccountStatus: {
    CreateAccountRequestId: { kind: 'string', required: true, max: 36, pattern: /^car-[a-z0-9]{8,32}$/ },
  },
  invitation: { Target: { kind: 'structure', required: true } },
  handshake: { HandshakeId: { kind: 'string', required: true, max: 34, pattern: /^h-[0-9a-z]{8,32}$/ } },
} satisfies Record<string, InputShape>;
