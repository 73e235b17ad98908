import { styleText } from 'node:util';
import type { Drill } from './drills.ts';
import { line } from './entries.ts';
import type { Entry } from './entry.ts';
import type { DrillResult } from './runDrill.ts';
import { accounts, type Scenario } from './scenario.ts';

/** Where people look for what. */
export interface Places {
  readonly scenario: Pick<Scenario, 'url' | 'organizationId'>;
  /** The folder of manifests. */
  readonly directory: string;
  /** Address of the page, when there is one. */
  readonly page?: string | undefined;
}

/** What the sandbox shows: a timeline for people, or the same as JSON lines for machines. */
export interface Screen {
  opening(places: Places): void;
  readonly show: (entry: Entry) => void;
  begin(drill: Drill, number: number, of: number): void;
  end(result: DrillResult): void;
  summary(results: readonly DrillResult[]): void;
  watching(places: Places): void;
  /** Something to know that is not on the timeline. */
  readonly say: (message: string) => void;
}

type Out = NodeJS.WritableStream & { readonly isTTY?: boolean };

export function createScreen(json: boolean, out: Out): Screen {
  const coloured = out.isTTY === true && !process.env['NO_COLOR'];
  const bold = (text: string) => (coloured ? styleText('bold', text, { validateStream: false }) : text);
  const print = (text: string) => void (json || out.write(`${text}\n`));
  const emit = (value: object) => void (json && out.write(`${JSON.stringify(value)}\n`));

  return {
    opening(places) {
      const { scenario, directory: manifests, page } = places;
      const { url, organizationId: organization } = scenario;
      emit({ what: 'opened', url, organization, manifests, ...(page !== undefined && { page }) });
      print(opening(places, bold));
    },
    show(entry) {
      emit(entry);
      print(line(entry, coloured));
    },
    begin: (next, number, of) => print(`\n${bold(`Drill ${number} of ${of}: ${next.title}`)}`),
    end(result) {
      emit({ what: 'drill', ...result });
      const verdict = result.corrected
        ? `corrected ${(result.milliseconds / 1000).toFixed(3)} s after the change${result.drift?.by ? ` by ${result.drift.by}` : ''}`
        : `NOT corrected within ${(result.milliseconds / 1000).toFixed(0)} s`;
      print(`${' '.repeat(14)}${bold(verdict)}`);
    },
    summary(results) {
      const good = results.filter(({ corrected }) => corrected).length;
      emit({ what: 'summary', drills: results.length, corrected: good });
      print(`\n${bold(`${good} of ${results.length} drills corrected.`)}`);
    },
    watching: (places) => print(invitation(places)),
    say(message) {
      emit({ what: 'note', message });
      print(message);
    },
  };
}

function opening({ scenario, directory, page }: Places, bold: (text: string) => string): string {
  const members = Object.entries(accounts).map(([name, id]) => `${id} ${name}`);
  return `${bold('trusted-access sandbox')}: a simulated AWS on this machine, and the operator that manages it

  organization  ${scenario.organizationId}: ${members.join(', ')}
  simulated AWS ${scenario.url}
  manifests     ${directory}
${page === undefined ? '' : `  in a browser  ${page}\n`}`;
}

function invitation({ scenario, directory, page }: Places): string {
  return `
The operator continues to run. Try it:
${page === undefined ? '' : `  play   ${page} in a browser: disable access yourself\n`}  edit   ${directory}/sso.yaml, for example, another account under delegatedAdministrators
  see    ${directory}/.status/sso.yaml
  ask    AWS_ENDPOINT_URL=${scenario.url} AWS_ACCESS_KEY_ID=ASIASANDBOXOPERATOR0 AWS_SECRET_ACCESS_KEY=… aws organizations list-delegated-administrators
On a real cluster, use kubectl:
  trusted-access crd | kubectl apply --server-side -f -
  kubectl apply -f sso.yaml && kubectl wait --for=condition=Ready ta/sso && kubectl get ta -o wide
Ctrl-C ends it.
`;
}
