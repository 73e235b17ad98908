import { serviceFor } from './services.ts';

/** What whoever administers a service should know, or do, after its trusted access was switched. */
export interface Advice {
  readonly access: 'Enabled' | 'Disabled';
  /** What happened, in a sentence. */
  readonly happened: string;
  /** What to do now, in the service's own console; one sentence a step. */
  readonly steps: readonly string[];
}

/**
 * AWS asks whoever administers the organization to tell whoever administers the service, because trusted access alone
 * neither sets a service up nor cleans up behind it.
 * Source: AWS Organizations user guide, "How to enable or disable trusted access".
 */
export function adviceFor(principal: string, access: Advice['access']): Advice {
  const { title } = serviceFor(principal);
  const name = title === principal ? principal : `${title} (${principal})`;
  return access === 'Enabled'
    ? {
        access,
        happened: `AWS Organizations now trusts ${name}: it may act in all accounts of the organization.`,
        steps: enabledSteps(principal),
      }
    : {
        access,
        happened: `AWS Organizations no longer trusts ${name}: it may no longer act for the organization in its accounts.`,
        steps: disabledSteps(principal),
      };
}

/** The advice as one text. */
export function adviceText({ happened, steps }: Advice): string {
  return [happened, ...steps].join(' ');
}

function enabledSteps(principal: string): string[] {
  const { title, identityCenter, enableFromService, maximumAdministrators } = serviceFor(principal);
  const steps: string[] = [];
  if (identityCenter) {
    steps.push(
      'If there is no organization instance yet, sign in to the management account. Then open the IAM Identity Center console in the Region of your choice, and choose Enable. No API creates the instance.',
      'If there is an instance, users can sign in to accounts again.',
    );
  } else if (enableFromService === 'Only') {
    steps.push(`Switch the integration on in ${title} itself: AWS Organizations alone does not complete it.`);
  } else if (enableFromService === 'Recommended') {
    steps.push(
      `Check the organization settings in the console of ${title}: the service does its own setup there.`,
    );
  } else {
    steps.push(`Finish the organization-wide setup in the console of ${title}.`);
  }
  if (maximumAdministrators !== 0) {
    steps.push('The management account can hand the daily work to a delegated administrator.');
  }
  return steps;
}

function disabledSteps(principal: string): string[] {
  const { title, identityCenter, serviceLinkedRole } = serviceFor(principal);
  const steps = identityCenter
    ? [
        'Users can no longer sign in to accounts through IAM Identity Center. Roles and permission sets stay as they are.',
        'If you do not plan to enable it again, delete the instance in the IAM Identity Center console.',
      ]
    : [`Remove in the console of ${title} what it keeps for the organization and is no longer needed.`];
  steps.push(
    serviceLinkedRole === undefined
      ? 'Service-linked roles stay in the accounts until they are deleted.'
      : `The service-linked role ${serviceLinkedRole} stays in the accounts until it is deleted.`,
  );
  return steps;
}
