import type { Members } from '../../sandbox/aws/service.ts';
import { doctor } from '../../src/cli/doctor/doctor.ts';
import type { DoctorOptions } from '../../src/cli/doctor/options.ts';
import type { SetupOptions } from '../../src/cli/setup/options.ts';
import { setup } from '../../src/cli/setup/setup.ts';
import { clock, type Fixture, type FixtureWanted, fakeTerminal, management, setFixture } from './fixture.ts';

export interface Shown {
  readonly name: string;
  readonly group: string;
  readonly title: string;
  readonly status: string;
  readonly found: string;
  readonly remedy: readonly string[];
  readonly milliseconds: number;
}

export interface Report {
  readonly version: string;
  readonly healthy: boolean;
  readonly summary: Readonly<Record<string, number>>;
  readonly checks: readonly Shown[];
}

export interface Examination {
  readonly code: number;
  readonly report: Report;
  check(name: string): Shown;
  names(status: string): readonly string[];
}

/** A call of an administrator of the management account, without sockets. */
export type Act = (service: string, operation: string, input?: Members) => Members;

const { signal } = new AbortController();

const defaults: DoctorOptions = {
  eventQueue: [],
  servicePrincipal: 'sso.amazonaws.com',
  clusterName: 'default',
  cluster: false,
  json: true,
};

export async function examineWith(options: Partial<DoctorOptions>, patience = 1_200): Promise<Examination> {
  const terminal = fakeTerminal();
  const surroundings = { terminal, clock, heartbeatPatience: patience };
  const code = await doctor({ ...defaults, ...options }, surroundings, signal);
  const report = JSON.parse(terminal.stdout()) as Report;
  return {
    code,
    report,
    check(name) {
      const found = report.checks.find((one) => one.name === name);
      if (found === undefined) throw new Error(`no check ${name}`);
      return found;
    },
    names: (status) => report.checks.filter((one) => one.status === status).map(({ name }) => name),
  };
}

export async function runSetup(options: Partial<SetupOptions> = {}): Promise<number> {
  const identityCenterRegion = 'eu-west-1';
  const given = {
    ...{ dryRun: false, yes: true, remove: false, json: false, tag: {}, identityCenterRegion },
    ...options,
  };
  return setup(given, { terminal: fakeTerminal(), clock }, signal);
}

/** A simulated AWS to set up, break and examine. */
export interface Examined {
  readonly fixture: Fixture;
  readonly queueUrl: string;
  readonly act: Act;
  /** Starts anew, on another AWS. */
  begin(wanted?: FixtureWanted): Promise<void>;
  examine(options?: Partial<DoctorOptions>): Promise<Examination>;
}

export async function somethingToExamine(): Promise<Examined> {
  let fixture = await setFixture();
  const queueUrl = () => `${fixture.aws.url}/${management}/trusted-access-events`;
  return {
    get fixture() {
      return fixture;
    },
    get queueUrl() {
      return queueUrl();
    },
    act: (service, operation, input = {}) =>
      fixture.aws.actAs(fixture.signIn(), 'us-east-1')(service, operation, input),
    async begin(wanted) {
      await fixture.stop();
      fixture = await setFixture(wanted);
    },
    examine: (options) => examineWith({ eventQueue: [queueUrl()], ...options }),
  };
}
