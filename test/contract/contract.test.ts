import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { iamUser } from '../../sandbox/aws/callers.ts';
import { addAccount, issueKeys, putUser } from '../../sandbox/aws/seed.ts';
import { createSimulatedAws, type SimulatedAws } from '../../sandbox/aws/simulatedAws.ts';
import { resetMoto } from '../harness/moto.ts';
import { sharedMotoUrl } from '../harness/shared.ts';
import { accessCases } from './cases/access.ts';
import { delegationCases } from './cases/delegation.ts';
import { identityCases } from './cases/identity.ts';
import { organizationCases } from './cases/organization.ts';
import { roleCases } from './cases/roles.ts';
import type { Keys } from './clients.ts';
import type { ContractCase } from './contractCase.ts';
import { differencesOfMoto } from './differences.ts';
import { managementAccountId, organizeByCalls, organizeBySeed, setFixture } from './fixture.ts';
import { type ModelWatch, watchModels } from './modelWatch.ts';
import { expectShown, isShown, observe } from './observation.ts';

const cases: readonly ContractCase[] = [
  ...organizationCases,
  ...accessCases,
  ...delegationCases,
  ...identityCases,
  ...roleCases,
];

describe('the simulated AWS answers real SDK clients as AWS does', () => {
  describeEach(({ given, steps }) => {
    let aws: SimulatedAws;
    let watch: ModelWatch;
    let staged: ReturnType<typeof setFixture>;

    beforeAll(async () => {
      aws = createSimulatedAws({ settings: { throttles: 'off', enableCreatesServiceLinkedRole: false } });
      addAccount(aws.world, { id: managementAccountId, name: 'management' });
      const user = putUser(aws.world, managementAccountId, 'tester');
      const keys = issueKeys(aws.world, iamUser(managementAccountId, user));
      watch = await watchModels(aws.journal, ['organizations', 'sts', 'iam', 'sso', 'account']);
      staged = setFixture(await aws.start(), keys, organizeBySeed(aws));
      await given?.(staged.fixture);
    });
    afterAll(() => aws.stop());

    for (const { says, call, shows } of steps) {
      it(says, async () => {
        expectShown(await observe(staged.names, call(staged.fixture)), shows);
      });
    }

    it('says nothing that the models of AWS do not allow', () => {
      expect(watch.complaints()).toEqual([]);
      expect(watch.judged()).toBeGreaterThanOrEqual(steps.length);
    });
  });
});

describe('moto, which others wrote, answers the same but for known differences', () => {
  const keys: Keys = { accessKeyId: 'testing', secretAccessKey: 'testing' };

  describeEach(({ about, given, steps }) => {
    let staged: ReturnType<typeof setFixture>;

    beforeAll(async () => {
      await resetMoto(sharedMotoUrl());
      staged = setFixture(sharedMotoUrl(), keys, organizeByCalls);
      await given?.(staged.fixture);
    });

    for (const { says, call, shows } of steps) {
      it(says, async () => {
        const seen = await observe(staged.names, call(staged.fixture));
        const difference = differencesOfMoto.get(`${about}: ${says}`);
        expectShown(seen, difference?.shows ?? shows);
        if (difference) {
          expect(isShown(seen, shows), 'no difference any more: take it off the list').toBe(false);
        }
      });
    }
  });

  it('every listed difference belongs to a case', () => {
    const known = cases.flatMap(({ about, steps }) => steps.map(({ says }) => `${about}: ${says}`));
    expect([...differencesOfMoto.keys()].filter((name) => !known.includes(name))).toEqual([]);
  });
});

function describeEach(body: (contractCase: ContractCase) => void): void {
  for (const contractCase of cases) describe(contractCase.about, () => body(contractCase));
}
