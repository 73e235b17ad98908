import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exportedMetrics } from '../../scripts/docs/metrics.ts';
import type { Action, Notice } from '../../src/controller/ports.ts';
import { reasons } from '../../src/crds/reasons.ts';
import { driftKinds } from '../../src/crds/status.ts';
import { messageOutcomes } from '../../src/events/intake.ts';
import { eventText } from '../../src/kubernetes/kubernetesEvent.ts';
import { anchors, bare, headings, read, section, tableRows } from './documents.ts';

const page = 'docs/operations.md';
const subheadings = (text: string) => [...text.matchAll(/^### (.+)$/gm)].map(([, name]) => name);
const firstColumn = (text: string) => tableRows(text).map(([cell]) => bare(cell));

describe('the reasons', () => {
  it('have each a heading of their own, and there is no other', () => {
    expect(subheadings(section(page, 'Reasons'))).toEqual([...reasons]);
  });

  it.each(reasons)('%s: where it stands, what it means, what to do', (reason) => {
    const text = section(page, reason);
    for (const part of ['- Where: ', '- Means: ', '- Do: ']) expect(text).toContain(part);
  });
});

const resource = { name: 'sso', uid: 'uid', principal: 'sso.amazonaws.com' };
const time = '2026-03-01T12:00:00Z';
const [kind] = driftKinds;
const drift = { kind, detectedAt: time, firstDetectedAt: time, detectedBy: 'Event', count: 1 } as const;

// A Record has one entry for each kind there is: a new kind does not compile before it stands here.
const actions: Readonly<Record<Action['kind'], Action>> = {
  EnableAccess: { kind: 'EnableAccess' },
  DisableAccess: { kind: 'DisableAccess' },
  RegisterAdministrator: { kind: 'RegisterAdministrator', accountId: '222222222222' },
  DeregisterAdministrator: { kind: 'DeregisterAdministrator', accountId: '222222222222' },
  ReplaceAdministrator: { kind: 'ReplaceAdministrator', from: '222222222222', to: '333333333333' },
  RestoreAdministrator: {
    kind: 'RestoreAdministrator',
    accountId: '222222222222',
    instead: '333333333333',
  },
};

type Reported<T> = T extends unknown ? Omit<T, 'resource' | 'at'> : never;
const reported: Readonly<Record<Notice['kind'], readonly Reported<Notice>[]>> = {
  DriftDetected: [{ kind: 'DriftDetected', drift, corrects: true }],
  DriftAttributed: [{ kind: 'DriftAttributed', drift }],
  DriftCorrected: [{ kind: 'DriftCorrected', drift: { ...drift, correctedAt: time } }],
  Contended: [{ kind: 'Contended', drift, message: 'why' }],
  ActionStarted: Object.values(actions).map((action) => ({ kind: 'ActionStarted', action })),
  ActionVerified: Object.values(actions).map((action) => ({
    kind: 'ActionVerified',
    action,
    milliseconds: 1,
  })),
  ReplacementRolledBack: [
    { kind: 'ReplacementRolledBack', from: '222222222222', to: '333333333333', message: 'no' },
  ],
  Stalled: [{ kind: 'Stalled', reason: 'Conflict', message: 'why' }],
  InSync: [{ kind: 'InSync', recovered: false, message: 'well' }],
};

describe('the Kubernetes events', () => {
  const written = Object.values(reported)
    .flat()
    .flatMap((each) => eventText({ ...each, resource, at: 0 } as Notice) ?? []);
  const rows = tableRows(section(page, 'Kubernetes events'));
  const documented = new Map(rows.map(([reason, type]) => [bare(reason), type]));

  it('stand in the table, and no other does', () => {
    // A stalled resource tells its reason, which has a heading of its own.
    const own = written.filter(({ action, type }) => !(action === 'Reconcile' && type === 'Warning'));
    const expected = [...new Set(own.map(({ reason }) => reason)), 'a reason of `Stalled`'];
    expect([...documented.keys()].sort()).toEqual(expected.sort());
    expect(written.length).toBeGreaterThan(own.length);
  });

  it('have the type that the table says', () => {
    for (const { reason, type } of written) {
      expect([reason, documented.get(reason) ?? 'Warning']).toEqual([reason, type]);
    }
  });
});

describe('the metrics', () => {
  const text = section(page, 'Metrics');

  it('are those that are exported', async () => {
    const names = (await exportedMetrics()).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(15);
    expect(firstColumn(text).filter((name) => names.includes(name))).toEqual(names);
  });

  it('explain what becomes of a queue message', () => {
    const outcomes = firstColumn(text).filter((name) => /^[A-Z]/.test(name));
    expect(outcomes).toEqual([...messageOutcomes]);
  });

  it.each([
    ['trusted_access_drift_total{kind}', driftKinds],
    ['trusted_access_actions_total{action}', Object.keys(actions)],
  ])('name the values of the labels of %s', (name, values) => {
    const line = text.split('\n').find((each) => each.includes(`\`${name}\``)) ?? '';
    const named = [...line.matchAll(/`([A-Z]\w+)`/g)].map(([, value]) => value);
    expect(named).toEqual([...values]);
  });

  it('exist if a page names them', async () => {
    const names = new Set((await exportedMetrics()).map(({ name }) => name));
    const spoken = ['docs/operations.md', 'docs/events.md']
      .flatMap((path) => [...read(path).matchAll(/`(trusted_access_\w+)/g)])
      .map(([, name = '']) => name);
    expect(spoken.filter((name) => !names.has(name))).toEqual([]);
  });
});

interface Rules {
  readonly groups: readonly { readonly rules: readonly Alert[] }[];
}

interface Alert {
  readonly alert: string;
  readonly annotations: Readonly<Record<string, string>>;
}

describe('the alerts', () => {
  // An object of the file's form: what is missing in it fails below.
  const { groups } = parse(read('deploy/grafana/alerts.yaml')) as Rules;
  const alerts = groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert !== undefined);

  it('have each a heading of their own, and there is no other', () => {
    expect(subheadings(section(page, 'Alerts'))).toEqual(alerts.map(({ alert }) => alert));
  });

  it.each(alerts.map((each) => [each.alert, each] as const))(
    '%s: when, what it means, what to do, and its runbook_url leads there',
    (name, { annotations }) => {
      for (const part of ['- Fires: ', '- Means: ', '- Do: ']) expect(section(page, name)).toContain(part);
      const [file = '', anchor = ''] = (annotations['runbook_url'] ?? '').split('#');
      expect(file.endsWith(`/${page}`)).toBe(true);
      expect([...anchors(page)]).toContain(anchor);
      expect(anchor).toBe(name.toLowerCase());
    },
  );
});

it('no heading of the page is there twice: an anchor leads to one place', () => {
  const all = headings(page);
  expect(all.filter((text, index) => all.indexOf(text) !== index)).toEqual([]);
});
