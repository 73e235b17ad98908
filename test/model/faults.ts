import { cloudError, type Operation } from '../controller/fakes/aws.ts';
import type { Effect, Point, Script } from '../controller/fakes/fate.ts';

/** What befalls one call of one look, or from it on all calls of its operation. */
export interface Fault {
  readonly point: Point;
  readonly title: string;
  readonly effect: Effect;
  readonly lasting: boolean;
}

type Kind = Parameters<typeof cloudError>;

const refusal = (...[kind, reason, operation]: Kind): Effect => ({
  kind: 'Refuse',
  error: cloudError(kind, reason, operation),
});

/** Only a change elsewhere lifts it. */
const finalReason = 'UnrecognizedServicePrincipal';

/** Every way in which a call may end other than well. */
export function faultsAt(point: Point): Fault[] {
  const of = (title: string, effect: Effect, lasting = false): Fault => ({ point, title, effect, lasting });
  const crashes = [
    of('the process ends before it', { kind: 'Crash', when: 'Before' }),
    of('the process ends after it', { kind: 'Crash', when: 'After' }),
  ];
  if (point.kind === 'Store') {
    const error = new Error('the store is not there');
    return [
      ...crashes,
      of('is not stored', { kind: 'Refuse', error }),
      of('is stored, and the answer lost', { kind: 'AnswerLost', error }),
    ];
  }
  const operation = point.operation as Operation;
  if (point.kind === 'Read') {
    return [
      of('is denied', refusal('denied', 'AccessDenied', operation)),
      of('fails in passing', refusal('transient', 'ObservationFailed', operation)),
      of('shows the state before the last change', { kind: 'Stale', changes: 1 }),
      of('shows the state before the last change, and goes on so', { kind: 'Stale', changes: 1 }, true),
    ];
  }
  const passing = cloudError('transient', 'Progressing', operation);
  return [
    ...crashes,
    of('is denied', refusal('denied', 'AccessDenied', operation)),
    of('is refused', refusal('blocked', finalReason, operation)),
    of('is refused, and all after it', refusal('blocked', finalReason, operation), true),
    of('is refused for a reason nothing is known of', refusal('blocked', 'Blocked', operation)),
    of('fails in passing', { kind: 'Refuse', error: passing }),
    of('fails again and again', { kind: 'Refuse', error: passing }, true),
    of('conflicts', refusal('conflict', 'Progressing', operation)),
    of('works, and the answer is lost', { kind: 'AnswerLost', error: passing }),
    ...(operation === 'Register'
      ? [
          of('finds the slot taken', refusal('slotTaken', 'TooManyAdministrators', operation)),
          of('finds access not enabled', refusal('notEnabled', 'Progressing', operation)),
        ]
      : []),
  ];
}

export function scriptOf(faults: readonly Fault[]): Script {
  return (point) =>
    faults.find(({ point: at, lasting }) =>
      lasting ? point.operation === at.operation && point.index >= at.index : point.index === at.index,
    )?.effect;
}
