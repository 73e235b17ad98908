import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accessFaults } from './accessFaults.ts';
import { accountFaults } from './accountFaults.ts';
import { eventFaults } from './eventFaults.ts';
import { type Examined, runSetup, somethingToExamine } from './examined.ts';

const faults = [...accountFaults, ...eventFaults, ...accessFaults].map(
  (fault) => [fault.about, fault] as const,
);

let examined: Examined;

beforeEach(async () => {
  examined = await somethingToExamine();
});
afterEach(() => examined.fixture.stop());

describe('doctor names each fault, by its check, with what to do', () => {
  it.each(faults)('%s', async (about, fault) => {
    if (fault.withoutSetup !== true) await runSetup();
    await fault.seed(examined);
    const { code, check, names, report } = await examined.examine(fault.options?.());
    const named = check(fault.check);
    expect(named.status, JSON.stringify(report.checks, null, 1)).toBe(fault.status ?? 'failed');
    expect(named.found).toMatch(fault.found);
    expect(named.remedy.join('\n')).toMatch(fault.remedy);
    if (fault.heartbeat !== undefined) expect(check('heartbeat').status).toBe(fault.heartbeat);
    expect(code).toBe(names('failed').length > 0 ? 1 : 0);
    expect(report.healthy).toBe(code === 0);
    // A queue that was deleted cannot be made again for a minute.
    const isRepairable =
      fault.remedy === 'trusted-access setup' && !fault.options && !about.includes('queue is gone');
    if (isRepairable) await isRepaired(fault.check);
  });

  /** What doctor says to do does help. */
  async function isRepaired(name: string): Promise<void> {
    examined.fixture.signIn();
    expect(await runSetup()).toBe(0);
    const { check } = await examined.examine();
    expect(check(name).status).toBe('ok');
    expect(check('heartbeat').status).toBe('ok');
  }
});
