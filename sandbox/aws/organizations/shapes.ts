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
} satisfies Record<string, InputShape>;
