import type { Reconciled } from '../controller/controller.ts';
import type { Check } from '../telemetry/healthServer.ts';

/** Whether AWS could be observed since this process began to work. It is never taken back: `yet` is what it tells. */
export interface AwsReadiness {
  /** One call ended so, as CallReport has it. */
  called(result: string): void;
  leading(leads: boolean): void;
  ended(result: Pick<Reconciled, 'name' | 'outcome'>): void;
  check(): Check;
}

interface Circumstances {
  /** Names of all resources. */
  readonly names: () => readonly string[];
  /** Milliseconds. */
  readonly now: () => number;
}

/** Without an answer of AWS these say why there is none; any other reason needed none. */
const withoutAnswer: ReadonlySet<string> = new Set(['AccessDenied', 'CredentialsUnusable', 'Blocked']);

/** A refusal is an answer too; a connection that breaks or a server that fails is none. */
const noAnswer: ReadonlySet<string> = new Set(['transient', 'aborted']);

export function createAwsReadiness({ names, now }: Circumstances): AwsReadiness {
  let answered = false;
  let since: number | undefined;
  /** Why a resource could not be observed; undefined: that it needed no observation. */
  const endings = new Map<string, string | undefined>();
  return {
    called(result) {
      answered ||= !noAnswer.has(result);
    },
    leading(leads) {
      since = leads ? now() : undefined;
      endings.clear();
    },
    ended: ({ name, outcome }) => void endings.set(name, obstacleIn(outcome)),
    check() {
      if (answered) return { ok: true, message: 'AWS answers' };
      if (since === undefined) return { ok: true, message: 'standing by' };
      const waiting = names().filter((name) => !endings.has(name) || endings.get(name) !== undefined);
      if (waiting.length === 0) return { ok: true, message: 'no resource needs AWS' };
      const obstacle = waiting.map((name) => endings.get(name)).find((why) => why !== undefined);
      const seconds = Math.round((now() - since) / 1_000);
      return {
        ok: false,
        message: `AWS has not answered yet: ${obstacle ?? `waiting for the first answer for ${seconds} s`}`,
      };
    },
  };
}

function obstacleIn(outcome: Reconciled['outcome']): string | undefined {
  switch (outcome.kind) {
    case 'Retry':
      return outcome.message;
    case 'Stalled':
      return withoutAnswer.has(outcome.reason) ? outcome.message : undefined;
    case 'Error':
      return outcome.error instanceof Error ? outcome.error.message : String(outcome.error);
    default:
      return undefined;
  }
}
