import type { DryRunForecast, DryRunResult } from '../../controller/assess.ts';
import type { Organization } from '../../controller/ports.ts';
import type { Fact, Obstacle } from '../../controller/terms.ts';
import { nearest } from '../../crds/nearest.ts';
import { serviceFor, services } from '../../crds/services.ts';
import type { TrustedAccess } from '../../crds/trustedAccess.ts';
import { oneLine } from '../../text/plainText.ts';
import { actionReport } from './consequences.ts';
import type { Declaration } from './declarations.ts';
import type { ObservedReport, ObstacleReport, ResourceReport } from './report.ts';

/** What is told of one resource. `names`: of accounts that AWS was asked for. */
export function assess(
  { stored, file, line }: Declaration,
  forecast: DryRunForecast,
  names: ReadonlyMap<string, string>,
): ResourceReport {
  const { resource } = stored;
  return {
    name: resource.metadata.name,
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    servicePrincipal: resource.spec.servicePrincipal,
    title: serviceFor(resource.spec.servicePrincipal).title,
    declared: declaredBy(resource, forecast),
    ...reported(resource, file === undefined ? forecast : beforeApplying(forecast), names),
    ...warningsOf(resource.spec.servicePrincipal),
  };
}

/** A principal that the catalogue lacks may be a slip of the keyboard, which AWS refuses only when it is applied. */
function warningsOf(principal: string): Pick<ResourceReport, 'warnings'> {
  if (serviceFor(principal).catalogued) return {};
  const meant = nearestPrincipal(principal);
  const remedy = meant === undefined ? 'Check its spelling.' : `Did you mean ${meant}?`;
  return { warnings: [`This version does not know the service ${oneLine(principal)}. ${remedy}`] };
}

const suffix = '.amazonaws.com';

/** By what stands before the suffix, which all have. */
function nearestPrincipal(principal: string): string | undefined {
  const host = principal.toLowerCase().replace(/\.(amazonaws|amazonaw|amazon|aws)(\.\w+)*$/, '');
  const hosts = services.map((service) => service.principal.slice(0, -suffix.length));
  const meant = nearest(host, hosts);
  return meant === undefined ? undefined : `${meant}${suffix}`;
}

/** A manifest has no generation yet that could be approved. */
function beforeApplying(forecast: DryRunForecast): DryRunForecast {
  if (forecast.kind !== 'Planned' || forecast.held?.reason !== 'AwaitingApproval') return forecast;
  const message =
    'The policy requires the approval of a second user for this change. Once the manifest is applied, the Ready condition shows the command that approves.';
  return { ...forecast, held: { ...forecast.held, message } };
}

type Reported = Omit<ResourceReport, 'name' | 'file' | 'line' | 'servicePrincipal' | 'title' | 'declared'>;

const nothing = { actions: [], unknowns: [] };

function reported(
  resource: TrustedAccess,
  forecast: DryRunForecast,
  names: ReadonlyMap<string, string>,
): Reported {
  switch (forecast.kind) {
    case 'Released':
    case 'Suspended':
      return { result: forecast.kind, ...nothing };
    case 'Blocked': {
      const { organization, obstacle } = forecast;
      const where = organization && { organization: organizationReport(organization) };
      return { result: 'Stopped', ...where, stop: obstacleReport(obstacle), ...nothing };
    }
    case 'Planned':
      return dryRunResultReport(resource, forecast, names);
  }
}

function dryRunResultReport(
  resource: TrustedAccess,
  dryRunResult: DryRunResult,
  asked: ReadonlyMap<string, string>,
): Reported {
  const { observation, actions, stop, held } = dryRunResult;
  const names = new Map([...asked, ...namesIn(dryRunResult)]);
  const service = serviceFor(resource.spec.servicePrincipal);
  const entry = { resource, service, dryRunResult, names };
  return {
    result: stop ? 'Stopped' : held ? 'Held' : actions.length > 0 ? 'Changes' : 'InSync',
    organization: organizationReport(observation.organization),
    observed: observedReport(dryRunResult, names),
    actions: actions.map((action) => actionReport(action, entry)),
    ...(stop && { stop: obstacleReport(stop) }),
    ...(held && { held: obstacleReport(held) }),
    unknowns: unknownsOf(dryRunResult),
  };
}

function namesIn({ observation }: DryRunResult): [string, string][] {
  if (!observation.administrators.known) return [];
  return observation.administrators.value.flatMap(({ accountId, name }) =>
    name === undefined ? [] : [[accountId, oneLine(name)]],
  );
}

function declaredBy(resource: TrustedAccess, forecast: DryRunForecast): ResourceReport['declared'] {
  const { access, administrators } =
    forecast.kind === 'Planned'
      ? forecast.desired
      : { access: resource.spec.access, administrators: resource.spec.delegatedAdministrators };
  return { access, ...(administrators && { delegatedAdministrators: [...administrators] }) };
}

function organizationReport({ id, managementAccountId, partition }: Organization) {
  return { id, managementAccountId, partition };
}

function observedReport(
  { observation, details }: DryRunResult,
  names: ReadonlyMap<string, string>,
): ObservedReport {
  const { access, administrators } = observation;
  const { identityCenter } = details;
  return {
    access: access.known ? (access.value.enabled ? 'Enabled' : 'Disabled') : 'Unknown',
    ...(access.known && access.value.since !== undefined && { since: access.value.since }),
    ...(administrators.known && {
      delegatedAdministrators: administrators.value.map(({ accountId, state, since }) => {
        const name = names.get(accountId);
        return { accountId, ...(name && { name }), state, ...(since !== undefined && { since }) };
      }),
    }),
    ...(identityCenter && {
      identityCenter: identityCenter.known ? identityCenter.value : { use: 'Unknown' as const },
    }),
  };
}

function unknownsOf({ observation, details }: DryRunResult): ResourceReport['unknowns'] {
  const facts: [string, Fact<unknown> | undefined][] = [
    ['access', observation.access],
    ['delegated administrators', observation.administrators],
    ...[...observation.candidates].map(([accountId, state]): [string, Fact<unknown>] => [
      `account ${accountId}`,
      state,
    ]),
    ['use of IAM Identity Center', details.identityCenter],
    ['service-linked role', details.serviceLinkedRole],
  ];
  return facts.flatMap(([fact, value]) =>
    value === undefined || value.known ? [] : [{ fact, ...obstacleReport(value.obstacle) }],
  );
}

function obstacleReport({ kind, reason, message, action }: Obstacle): ObstacleReport {
  return {
    reason,
    message: oneLine(message),
    ...(action !== undefined && { action }),
    passing: kind === 'Retry',
  };
}
