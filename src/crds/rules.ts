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
  'disabling trusted access stops the service in every account of the organization (for sso.amazonaws.com nobody can sign in to AWS through IAM Identity Center any more)';

export const principalRules: readonly ValidationRule[] = [
  {
    rule: 'self == oldSelf',
    message: 'servicePrincipal is immutable: create another TrustedAccess for another service',
  },
];

export const organizationRules: readonly ValidationRule[] = [
  {
    rule: '!has(self.externalId) || has(self.roleArn)',
    message: 'externalId is used when a role is assumed: set roleArn too, or remove externalId',
  },
];

export const specRules: readonly ValidationRule[] = [
  {
    rule: `self.access != 'Disabled' || (${confirmed})`,
    message: `access: Disabled needs disable.confirmation: disable, because ${whatWouldBreak}`,
  },
  {
    rule: `self.deletionPolicy != 'Revoke' || (${confirmed})`,
    message: `deletionPolicy: Revoke needs disable.confirmation: disable, because deleting the resource would disable access, and ${whatWouldBreak}`,
  },
  {
    rule: "self.servicePrincipal != 'sso.amazonaws.com' || !has(self.delegatedAdministrators) || size(self.delegatedAdministrators) <= 1",
    message:
      'sso.amazonaws.com allows one delegated administrator: keep one account in delegatedAdministrators',
  },
  {
    rule: "self.access != 'Disabled' || !has(self.delegatedAdministrators) || size(self.delegatedAdministrators) == 0",
    message:
      'access: Disabled cannot have delegated administrators: declare delegatedAdministrators: [] to deregister them first',
  },
];
