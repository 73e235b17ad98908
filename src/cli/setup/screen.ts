import type { ObservedTarget } from '../../infrastructure/infrastructure.ts';
import { describeStep } from '../../infrastructure/provision.ts';
import type { Step } from '../../infrastructure/step.ts';
import type { Terminal } from '../terminal.ts';
import type { Found } from './observe.ts';
import type { Choice, SetupOptions } from './options.ts';
import { defaultRelease, type Release } from './releases.ts';

/** What set-up shows. */
export interface Screen {
  plan(found: Found): void;
  stepDone(step: Step): void;
  /** `done` steps before it were carried out. */
  stepFailed(step: Step, message: string, done: number): void;
  notApplied(choice: Choice): void;
  /** Everything is as planned; the URL of the queue, when there is one, and the releases that can read it. */
  done(queueUrl: string | undefined, releases: readonly Release[]): void;
}

export type Mark = '+' | '~' | '-';

type Targets = Pick<Found, 'observed' | 'forwarded'>;

/** Of the rules of the Region that the step is about. */
function targetsOf({ region }: Step, { observed, forwarded }: Targets): readonly ObservedTarget[] {
  return region === undefined ? observed.targets : (forwarded?.targets ?? []);
}

/** As people know it from Terraform: created, changed, removed. */
export function markOf(step: Step, found: Targets): Mark {
  switch (step.kind) {
    case 'CreateQueue':
    case 'CreateRole':
      return '+';
    case 'PutRule':
      return step.tags === undefined ? '~' : '+';
    case 'PutTarget':
      return targetsOf(step, found).some(({ id }) => id === step.id) ? '~' : '+';
    case 'SetQueueAttributes':
    case 'TagQueue':
    case 'EnableRule':
    case 'TagRule':
    case 'SetRole':
      return '~';
    case 'RemoveTarget':
    case 'DeleteRule':
    case 'DeleteQueue':
    case 'DeleteRole':
      return '-';
  }
}

/** The step in words, with what a person might not expect of it. */
function stepText(step: Step, found: Targets): string {
  const before =
    step.kind === 'PutTarget' ? targetsOf(step, found).find(({ id }) => id === step.id)?.arn : undefined;
  const moved = step.kind === 'PutTarget' && before !== undefined && before !== step.arn;
  return `${describeStep(step)}${moved ? ` (until now to ${before})` : ''}`;
}

const colours = { '+': 'green', '~': 'yellow', '-': 'red' } as const;

type Wanted = Pick<SetupOptions, 'remove'>;

export function textScreen(terminal: Terminal, { remove }: Wanted): Screen {
  const { out, paint } = terminal;
  let steps = 0;
  let blocked: string | undefined;
  return {
    plan(found) {
      steps = found.plan.steps.length;
      blocked = found.plan.blocked;
      out(planText(found, terminal));
    },
    stepDone: (step) => out(`${paint('green', '✓')} ${describeStep(step)}`),
    stepFailed(step, message, done) {
      terminal.err(`${paint('red', '✗')} ${describeStep(step)}\n  ${message}`);
      terminal.err(
        `${done} of ${steps} steps done. Fix the error and run the command again; it continues from here.`,
      );
    },
    notApplied: (choice) => out(advice[choice](remove)),
    done(url, releases) {
      if (remove) out(steps === 0 ? 'Nothing to remove.' : paint('bold', 'Removed.'));
      else if (blocked !== undefined) terminal.err(`${paint('red', '✗')} no event can arrive: ${blocked}`);
      else if (url !== undefined) out(nextSteps({ url, steps, releases }, paint));
    },
  };
}

const advice: Readonly<Record<Choice, (remove: boolean) => string>> = {
  Apply: () => '',
  DryRun: () => 'Nothing was changed (--dry-run).',
  Declined: () => 'Nothing was changed.',
  NotInteractive: (remove) =>
    `Nothing was changed. To apply the plan: trusted-access setup${remove ? ' --remove' : ''} --yes (with the same options)`,
};

function planText(found: Found, terminal: Terminal): string {
  const { accountId, infrastructureSpec, plan, warnings } = found;
  const { paint } = terminal;
  const marks = plan.steps.map((step) => ({ mark: markOf(step, found), step }));
  const count = (wanted: Mark) => marks.filter(({ mark }) => mark === wanted).length;
  const lines = [
    `${paint('bold', 'Event infrastructure')} in account ${accountId}, ${infrastructureSpec.region} (where events of AWS Organizations appear)`,
    '',
    ...marks.map(({ mark, step }) => `  ${paint(colours[mark], mark)} ${stepText(step, found)}`),
    ...(marks.length > 0 ? [''] : []),
    ...plan.notes.map((note) => `  ${paint('yellow', '!')} ${note}`),
    ...warnings.flatMap(({ message, remedy }) => [
      `  ${paint('yellow', '!')} ${message}`,
      ...remedy.map((line) => `      ${line}`),
    ]),
    ...(plan.notes.length + warnings.length > 0 ? [''] : []),
    marks.length === 0
      ? 'Nothing to change.'
      : `${paint('bold', 'Plan:')} ${count('+')} to create, ${count('~')} to change, ${count('-')} to remove.`,
  ];
  return lines.join('\n');
}

interface Ready {
  readonly url: string;
  /** How many were carried out. */
  readonly steps: number;
  readonly releases: readonly Release[];
}

function nextSteps({ url, steps, releases }: Ready, paint: Terminal['paint']): string {
  return `${steps > 0 ? `\n${paint('bold', 'Done.')} ` : ''}Events arrive at ${paint('bold', url)}

To give the queue to the operator, run:
  trusted-access run --event-queue ${url}
${helmSteps(url, releases)}
To check everything, run:
  trusted-access doctor --event-queue ${url}`;
}

function helmSteps(url: string, releases: readonly Release[]): string {
  const upgrade = ({ name, namespace }: Release) =>
    `  helm upgrade ${name} deploy/helm --namespace ${namespace} --reuse-values --set 'operator.eventQueues={${url}}'`;
  if (releases.length === 0) return ['or with Helm:', upgrade(defaultRelease)].join('\n');
  const which =
    releases.length === 1
      ? 'the release in your cluster'
      : `one of the ${releases.length} releases in your cluster`;
  return [`or with Helm, for ${which}:`, ...releases.map(upgrade)].join('\n');
}

/** One JSON object at the end; nothing before. */
export function jsonScreen({ out }: Terminal, { remove }: Wanted): Screen {
  let shown: object = {};
  let done = 0;
  const end = (more: object) => out(JSON.stringify({ ...shown, ...more }, null, 2));
  return {
    plan(found) {
      const { accountId, infrastructureSpec, plan, warnings } = found;
      shown = {
        action: remove ? 'Remove' : 'Setup',
        accountId,
        region: infrastructureSpec.region,
        rule: infrastructureSpec.rule.name,
        queue: { name: infrastructureSpec.queue.name, arn: infrastructureSpec.queue.arn },
        steps: plan.steps.map((step) => ({
          mark: markOf(step, found),
          kind: step.kind,
          text: stepText(step, found),
        })),
        notes: plan.notes,
        ...(plan.blocked !== undefined && { blocked: plan.blocked }),
        warnings,
      };
    },
    stepDone() {
      done += 1;
    },
    stepFailed: (step, message) =>
      end({ applied: false, stepsDone: done, failed: { step: describeStep(step), message } }),
    notApplied: () => end({ applied: false, stepsDone: 0 }),
    done: (queueUrl) =>
      end({ applied: true, stepsDone: done, ...(queueUrl !== undefined && !remove && { queueUrl }) }),
  };
}
