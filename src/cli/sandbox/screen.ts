import { styleText } from 'node:util';
import type { Announcement } from '../../controller/ports.ts';
import type { Drill } from './drills.ts';
import type { Rehearsed } from './rehearsal.ts';
import { accounts, type Scene } from './scene.ts';
import { type Entry, entryOf, line, shortName } from './timeline.ts';

/** What the sandbox shows: a timeline for people, or the same as JSON lines for machines. */
export interface Screen {
  opening(scene: Scene, directory: string): void;
  readonly tell: (announcement: Announcement) => void;
  /** An event woke this resource. */
  readonly heard: (resource: string) => void;
  readonly note: (message: string) => void;
  begin(drill: Drill, number: number, of: number): void;
  end(result: Rehearsed): void;
  summary(results: readonly Rehearsed[]): void;
  watching(scene: Scene, directory: string): void;
}

type Out = NodeJS.WritableStream & { readonly isTTY?: boolean };

export function createScreen(json: boolean, out: Out): Screen {
  const coloured = out.isTTY === true && !process.env['NO_COLOR'];
  const bold = (text: string) => (coloured ? styleText('bold', text, { validateStream: false }) : text);
  const print = (text: string) => void (json || out.write(`${text}\n`));
  const emit = (value: object) => void (json && out.write(`${JSON.stringify(value)}\n`));
  let drill: Drill | undefined;
  let since = Date.now();
  let unheard = false;

  function show(told: Omit<Entry, 'at' | 'milliseconds'>, at = Date.now()): void {
    const entry: Entry = {
      at: new Date(at).toISOString(),
      milliseconds: Math.max(0, at - since),
      ...(drill && { drill: drill.name }),
      ...told,
    };
    emit(entry);
    print(line(entry, coloured));
  }

  return {
    opening(scene, directory) {
      emit({ what: 'opened', url: scene.url, organization: scene.organizationId, manifests: directory });
      print(opening(scene, directory, bold));
    },
    tell: (announcement) =>
      show({ resource: announcement.resource.name, ...entryOf(announcement) }, announcement.at),
    heard(resource) {
      if (!unheard || resource !== drill?.resource) return;
      unheard = false;
      show({ what: 'heard', resource, message: 'its event came through the queue' });
    },
    note: (message) => show({ what: 'note', message }),
    begin(next, number, of) {
      drill = next;
      unheard = next.prepare === undefined;
      since = Date.now();
      print(`\n${bold(`Drill ${number} of ${of}: ${next.title}`)}`);
      show({ what: 'changed', resource: next.resource, message: next.title });
    },
    end(result) {
      emit({ what: 'drill', ...result });
      const verdict = result.corrected
        ? `put right ${(result.milliseconds / 1000).toFixed(3)} s after the change${result.drift?.by ? `, done by ${shortName(result.drift.by)}` : ''}`
        : `NOT put right within ${(result.milliseconds / 1000).toFixed(0)} s`;
      print(`${' '.repeat(14)}${bold(verdict)}`);
      drill = undefined;
    },
    summary(results) {
      const good = results.filter(({ corrected }) => corrected).length;
      emit({ what: 'summary', drills: results.length, corrected: good });
      print(`\n${bold(`${good} of ${results.length} drills put right.`)}`);
    },
    watching(scene, directory) {
      since = Date.now();
      print(invitation(scene, directory));
    },
  };
}

function opening(scene: Scene, directory: string, bold: (text: string) => string): string {
  const members = Object.entries(accounts).map(([name, id]) => `${id} ${name}`);
  return `${bold('trusted-access sandbox')}: a simulated AWS on this machine, and the operator at work on it

  organization  ${scene.organizationId}: ${members.join(', ')}
  simulated AWS ${scene.url}
  manifests     ${directory}
`;
}

function invitation(scene: Scene, directory: string): string {
  return `
The operator stays at work. Try it:
  edit   ${directory}/sso.yaml, for instance another account under delegatedAdministrators
  see    ${directory}/.status/sso.yaml
  ask    AWS_ENDPOINT_URL=${scene.url} AWS_ACCESS_KEY_ID=ASIASANDBOXOPERATOR0 AWS_SECRET_ACCESS_KEY=… aws organizations list-delegated-administrators
On a real cluster it is the same with kubectl:
  trusted-access crd | kubectl apply --server-side -f -
  kubectl apply -f sso.yaml && kubectl wait --for=condition=Ready ta/sso && kubectl get ta -o wide
Ctrl-C ends it.
`;
}
