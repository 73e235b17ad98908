import type { ForwardingSpec } from './forwardingSpec.ts';
import type { Attributes, ObservedRule, ObservedTarget } from './infrastructure.ts';
import type { RuleApi } from './rules.ts';

export type WantedRole = Pick<ForwardingSpec['role'], 'name' | 'policyName' | 'trust' | 'policy'>;

export interface ObservedRole {
  readonly tags: Attributes;
  /** JSON; undefined: the role has no policy of that name. */
  readonly trust: string | undefined;
  readonly policy: string | undefined;
}

/** IAM as forwarding needs it. Each rejects with an InfrastructureError, or with the signal's reason. */
export interface RoleApi {
  role(name: string, policyName: string, signal: AbortSignal): Promise<ObservedRole | undefined>;
  createRole(role: WantedRole, tags: Attributes, signal: AbortSignal): Promise<void>;
  /** Puts both policies. */
  setRole(role: WantedRole, signal: AbortSignal): Promise<void>;
  deleteRole(role: WantedRole, signal: AbortSignal): Promise<void>;
}

export interface ForwardingApi {
  /** In the Region of Identity Center. */
  readonly rules: RuleApi;
  readonly roles: RoleApi;
}

export interface ObservedForwarding {
  readonly rule: ObservedRule | undefined;
  readonly targets: readonly ObservedTarget[];
  readonly role: ObservedRole | undefined;
}

export async function observeForwarding(
  { rules, roles }: ForwardingApi,
  { rule, role }: ForwardingSpec,
  signal: AbortSignal,
): Promise<ObservedForwarding> {
  const [observedRule, observedRole] = await Promise.all([
    rules.rule(rule.name, signal),
    roles.role(role.name, role.policyName, signal),
  ]);
  return {
    rule: observedRule,
    targets: observedRule === undefined ? [] : await rules.targets(rule.name, signal),
    role: observedRole,
  };
}
