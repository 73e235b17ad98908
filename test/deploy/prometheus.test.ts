import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { crdYaml } from '../../src/cli/crd.ts';
import { startEtcdAndApiserver } from '../harness/cluster.ts';
import { runTool } from '../harness/program.ts';
import { removeWithUs } from '../harness/reaper.ts';
import { type Sample, samplesIn, scrapeBusyOperator } from './scrape.ts';

const grafana = join(import.meta.dirname, '../../deploy/grafana');
const alertsFile = join(grafana, 'alerts.yaml');
const casesFile = join(import.meta.dirname, 'promtool', 'alerts.yaml');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}
interface Case {
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly object[] }[];
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

const rules: readonly Rule[] = parse(readFileSync(alertsFile, 'utf8')).groups.flatMap(
  (group: { rules: Rule[] }) => group.rules,
);
const cases: readonly Case[] = parse(readFileSync(casesFile, 'utf8')).tests;
const dashboard: { panels: Panel[]; annotations: { list: { expr: string }[] } } = JSON.parse(
  readFileSync(join(grafana, 'dashboard.json'), 'utf8'),
);
const shown = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as const),
);

/** Names of metrics in an expression: what is neither a label, nor a function, nor a word of the language. */
function metricsIn(expression: string): readonly string[] {
  const bare = expression
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]|"[^"]*"/g, ' ')
    .replaceAll(/\b(?:by|on|without|ignoring)\s*\([^)]*\)/g, ' ');
  const words = bare.match(/\b[a-z_][a-z0-9_]*\b(?!\s*\()/gi) ?? [];
  return words.filter((word) => !['and', 'or', 'unless', 'bool', 'by', 'on'].includes(word));
}

describe('dashboard and alerts', () => {
  let scraped: string;
  let samples: readonly Sample[];
  const folder = mkdtempSync(join(tmpdir(), 'trusted-access-promtool-'));
  const remove = removeWithUs(folder);

  beforeAll(async () => {
    await using cluster = await startEtcdAndApiserver();
    await cluster.apply(crdYaml());
    await cluster.kubectl(['wait', '--for=condition=Established', 'crd/trustedaccesses.trustedaccess.dev']);
    scraped = await scrapeBusyOperator(cluster);
    samples = samplesIn(scraped);
  });
  afterAll(remove);

  const promtool = (...args: string[]) => runTool('promtool', args);
  /** Runs a file of promtool's unit tests; resolves to what it says of those that fail. */
  const unitTest = async (content: string): Promise<string> => {
    const path = join(folder, 'unit.yaml');
    writeFileSync(path, content);
    const { code, stdout, stderr } = await promtool('test', 'rules', path);
    return code === 0 ? '' : stdout + stderr;
  };

  it('promtool finds nothing to improve in the metrics of the running operator', async () => {
    const checked = await runTool('promtool', ['check', 'metrics'], { stdin: scraped });
    expect(checked).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('name only metrics that the running operator exports', () => {
    const exported = new Set(samples.map(({ name }) => name));
    const expressions = [
      ...shown.map(([, expr]) => expr),
      ...rules.map(({ expr }) => expr),
      ...dashboard.annotations.list.map(({ expr }) => expr),
    ];
    const named = expressions.flatMap(metricsIn);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !exported.has(name))).toEqual([]);
  });

  it('every panel has something to show of the running operator', async () => {
    // Where nothing is to be shown as 0 it must be something that makes it more.
    const plain = (expr: string) => expr.replaceAll('$__rate_interval', '5m').replace(/ or vector\(0\)$/, '');
    const content = stringify({
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: samples.map(({ series, value }) => ({ series, values: `${value}x20` })),
          promql_expr_test: shown.map(([, expr]) => ({
            expr: `count(${plain(expr)}) > bool 0`,
            eval_time: '15m',
            exp_samples: [{ labels: '{}', value: 1 }],
          })),
        },
      ],
    });
    expect(shown.length).toBeGreaterThan(20);
    expect(await unitTest(content)).toBe('');
    // It can fail: a label that nothing has.
    expect(
      await unitTest(content.replaceAll('result="throttled"}[1h]', 'result="Throttled"}[1h]')),
    ).toContain('FAILED');
  });

  it('the alerts pass promtool’s checks and their unit tests', async () => {
    const checked = await promtool('check', 'rules', '--lint=all', '--lint-fatal', alertsFile);
    expect(checked).toMatchObject({ code: 0, stdout: expect.stringContaining('SUCCESS') });
    expect(await unitTest(readFileSync(casesFile, 'utf8').replaceAll('ALERTS', alertsFile))).toBe('');
  });

  it('each alert is shown to fire and to keep silent', () => {
    const tests = cases.flatMap((each) => each.alert_rule_test);
    for (const { alert } of rules) {
      const expected = tests
        .filter(({ alertname }) => alertname === alert)
        .map((test) => test.exp_alerts.length);
      expect({ alert, fires: expected.some((count) => count > 0) }).toEqual({ alert, fires: true });
      expect({ alert, silent: expected.includes(0) }).toEqual({ alert, silent: true });
    }
  });

  it('each alert says what is the matter, and where to read what to do', () => {
    const page = 'https://github.com/trustedaccess/trusted-access-operator/blob/main/docs/operations.md';
    for (const { alert, labels, annotations } of rules) {
      expect(['warning', 'critical']).toContain(labels.severity);
      expect(annotations['summary']).toBeTruthy();
      expect(annotations['description']).toBeTruthy();
      expect(annotations['runbook_url']).toBe(`${page}#${alert.toLowerCase()}`);
    }
  });

  it('panels say what they show, have ids of their own, and lie side by side', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { type, title, description } of panels) {
      if (type !== 'row')
        expect({ title, reported: Boolean(description) }).toEqual({ title, reported: true });
    }
    const cells = panels.flatMap(({ title, gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => ({ title, cell: `${x + (n % w)},${y + Math.floor(n / w)}` })),
    );
    const taken = new Map(cells.map(({ cell, title }) => [cell, title]));
    expect(cells.filter(({ cell, title }) => taken.get(cell) !== title)).toEqual([]);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});
