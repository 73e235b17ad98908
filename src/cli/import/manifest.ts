import { Document, isScalar } from 'yaml';
import type { OrganizationTarget } from '../../controller/ports.ts';
import { apiVersion, kind } from '../../crds/trustedAccess.ts';
import { oneLine } from '../../text/plainText.ts';
import type { Finding } from './find.ts';

export interface Wanted {
  readonly name: string;
  /** As the resource is to reach the organization, and the guard, if one is wanted. */
  readonly organization: OrganizationTarget | undefined;
  /** Whether `[]` is declared where no account is registered. */
  readonly manageAdministrators: boolean;
}

export interface Manifest {
  readonly name: string;
  readonly yaml: string;
  /** What a person should know, beside what the comments tell. */
  readonly warnings: readonly string[];
}

/** Most administrators that a resource can declare. */
const mostAdministrators = 50;

/** A manifest that declares what there is: applied, it changes nothing. What is not known stays unmanaged. */
export function manifestOf(finding: Finding, { name, organization, manageAdministrators }: Wanted): Manifest {
  const administrators = administratorsOf(finding, manageAdministrators);
  const region = identityCenterRegion(finding);
  const document = new Document({
    apiVersion,
    kind,
    metadata: { name },
    spec: {
      servicePrincipal: finding.service.principal,
      access: 'Enabled',
      ...(administrators.accounts && { delegatedAdministrators: administrators.accounts }),
      ...(organization && { organization }),
      ...(region !== undefined && { identityCenter: { region } }),
    },
  });
  const lines = [...found(finding), ...administrators.comments, ...cautions(finding)];
  document.commentBefore = lines.map((line) => ` ${oneLine(line)}`).join('\n');
  commentAdministrators(document, finding);
  const stop =
    finding.stop && `the operator would stall on it: ${finding.stop.reason}: ${finding.stop.message}`;
  const warnings = [administrators.warning, stop].filter((warning) => warning !== undefined);
  return {
    name,
    yaml: document.toString({ lineWidth: 0 }),
    warnings: warnings.map((warning) => `${name}: ${oneLine(warning)}`),
  };
}

function found({ service, organization, since }: Finding): string[] {
  const title = service.catalogued ? `${service.title}: trusted` : 'Trusted';
  const when = since === undefined ? '' : ` since ${since}`;
  return [
    `${title} access is enabled${when}`,
    `in organization ${organization.id} (management account ${organization.managementAccountId}).`,
  ];
}

interface Administrators {
  /** Undefined: left out, not managed. */
  readonly accounts?: readonly string[];
  readonly comments: readonly string[];
  readonly warning?: string;
}

function administratorsOf({ administrators, service }: Finding, manageNone: boolean): Administrators {
  if (!administrators.known) {
    const why = `delegatedAdministrators is omitted, because it could not be read: ${administrators.obstacle.message}`;
    return { comments: [why, 'Registered accounts stay.'], warning: why };
  }
  const accounts = administrators.value.map(({ accountId }) => accountId);
  const maximum = Math.min(service.maximumAdministrators ?? mostAdministrators, mostAdministrators);
  if (accounts.length > maximum) {
    const why = `delegatedAdministrators is omitted: ${accounts.length} are registered (${accounts.join(', ')}), and a resource can declare ${maximum}`;
    return { comments: [`${why}.`, 'Registered accounts stay.'], warning: why };
  }
  if (service.maximumAdministrators === 0) {
    return { comments: ['It has no delegated administrators.'] };
  }
  if (accounts.length > 0) return { accounts, comments: [] };
  if (manageNone) {
    return {
      accounts,
      comments: [
        'No account is registered. With [], the operator removes any account that is registered later.',
      ],
    };
  }
  return {
    comments: [
      'No account is registered. delegatedAdministrators is omitted, because [] would remove an account that is registered later.',
      'To manage administrators, list the accounts here, or import with --manage-administrators.',
    ],
  };
}

function cautions({ service, identityCenter, stop }: Finding): string[] {
  const lines: string[] = [];
  if (identityCenter) lines.push(use(identityCenter));
  if (service.enableFromService === 'Only') {
    lines.push('After you disable it, only its own console or API can enable it again.');
  }
  if (service.enableFromService === 'Recommended') {
    lines.push('AWS recommends its own console or API to enable and disable it, because they do its setup.');
  }
  if (!service.catalogued) {
    lines.push('This version does not know the service. AWS decides how many administrators it allows.');
  }
  if (stop) lines.push(`The operator would stall on this manifest: ${stop.reason}: ${stop.message}`);
  return lines;
}

function use(identityCenter: NonNullable<Finding['identityCenter']>): string {
  if (!identityCenter.known) {
    return `Cannot determine whether IAM Identity Center is in use, so the operator treats it as in use: ${identityCenter.obstacle.message}`;
  }
  const { instanceArn, region, permissionSets = 0, use } = identityCenter.value;
  if (instanceArn === undefined) return 'IAM Identity Center has no organization instance yet.';
  const sets = `${permissionSets} permission set${permissionSets === 1 ? '' : 's'}`;
  const state = use === 'InUse' ? 'is in use' : 'is not in use';
  return `Identity Center ${state}: ${instanceArn}${region === undefined ? '' : ` in ${region}`} has ${sets}.`;
}

function identityCenterRegion({ identityCenter }: Finding): string | undefined {
  return identityCenter?.known ? identityCenter.value.region : undefined;
}

/** Each account with its name, and since when. */
function commentAdministrators(document: Document, { administrators }: Finding): void {
  if (!administrators.known) return;
  for (const [index, { name, since, state }] of administrators.value.entries()) {
    const node = document.getIn(['spec', 'delegatedAdministrators', index], true);
    if (!isScalar(node)) continue;
    const words = [
      ...(name ? [oneLine(name)] : []),
      ...(since === undefined ? [] : [`since ${since}`]),
      ...(state === 'ACTIVE' ? [] : [`the account is ${oneLine(state)}`]),
    ];
    if (words.length > 0) node.comment = ` ${words.join(', ')}`;
  }
}
