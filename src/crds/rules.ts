/**
 * CEL rules of the schema. The API server evaluates them in a cluster; `validate.ts` evaluates the
 * very same ones for a folder of manifests, so both refuse alike and in the same words.
 */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
}

const confirmed =
  "has(self.disable) && has(self.disable.confirmation) && self.disable.confirmation == 'disable'";

const whatWouldBreak =
  'disabling trusted access stops the service in every account (for sso.amazonaws.com, users can no longer sign in to AWS)';

export const principalRules: readonly ValidationRule[] = [
  {
    rule: 'self == oldSelf',
    message: 'servicePrincipal is immutable; create another TrustedAccess for another service',
  },
];

export const organizationRules: readonly ValidationRule[] = [
  {
    rule: '!has(self.externalId) || has(self.roleArn)',
    message: 'externalId needs a role to assume; set roleArn too, or remove externalId',
  },
];

export const specRules: readonly ValidationRule[] = [
  {
    rule: `self.access != 'Disabled' || (${confirmed})`,
    message: `access: Disabled needs disable.confirmation: disable, because ${whatWouldBreak}`,
  },
  {
    rule: `self.deletionPolicy != 'Revoke' || (${confirmed})`,
    message: `deletionPolicy: Revoke needs disable.confirmation: disable, because ${whatWouldBreak}`,
  },
  {
    rule: "self.servicePrincipal != 'sso.amazonaws.com' || !has(self.delegatedAdministrators) || size(self.delegatedAdministrators) <= 1",
    message:
      'sso.amazonaws.com allows one delegated administrator; keep one account in delegatedAdministrators',
  },
  {
    rule: "self.access != 'Disabled' || !has(self.delegatedAdministrators) || size(self.delegatedAdministrators) == 0",
    message:
      'access: Disabled cannot have delegated administrators; set delegatedAdministrators: [] to deregister them first',
  },
];
