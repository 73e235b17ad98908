import { setTimeout as pass } from 'node:timers/promises';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { iamUser } from '../../../sandbox/aws/callers.ts';
import { addEventHalf, type EventHalf } from '../../../sandbox/aws/events/eventHalf.ts';
import { addAccount, issueKeys, putUser } from '../../../sandbox/aws/seed.ts';
import { createSimulatedAws, type SimulatedAws } from '../../../sandbox/aws/simulatedAws.ts';
import { type Moto, startMoto } from '../../harness/moto.ts';
import type { Keys } from '../clients.ts';
import { checkInput } from '../inputChecker.ts';
import { type ModelWatch, watchModels } from '../modelWatch.ts';
import { expectShown, isShown, type Names, observe } from '../observation.ts';
import { serviceModel } from '../serviceModel.ts';
import type { Differences, EventCase, EventFixture } from './eventCase.ts';

const account = '123456789012';

// Source: "Common errors" of the Amazon SQS API Reference; any operation may answer them and no model lists them.
const commonOfQueues = /: (InvalidParameterValue|MissingParameter) is not among the errors of the model$/;

const open = (
  endpoint: string,
  credentials: Keys,
): { fixture: EventFixture; names: Names; close(): void } => {
  const settings = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  const clients = {
    sqs: new SQSClient(settings),
    events: new EventBridgeClient(settings),
    cloudTrail: new CloudTrailClient(settings),
  };
  const notes = new Map<string, string>();
  return {
    names: new Map([
      [endpoint, 'aws'],
      [account, 'account'],
    ]),
    fixture: {
      ...clients,
      notes,
      note(name) {
        const noted = notes.get(name);
        if (noted === undefined) throw new Error(`nothing was noted as ${name}`);
        return noted;
      },
      wait: (milliseconds) => pass(milliseconds),
    },
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
};

/** The cases at the simulated AWS, each in one of its own, and every answer held against AWS's models. */
export const describeSimulated = (
  cases: readonly EventCase[],
  prepare: (aws: SimulatedAws, events: EventHalf) => void = () => undefined,
): void => {
  describe.each(cases)('$about', ({ given, steps }) => {
    let aws: SimulatedAws;
    let events: EventHalf;
    let watch: ModelWatch;
    let opened: ReturnType<typeof open>;

    beforeAll(async () => {
      aws = createSimulatedAws({ settings: { throttles: 'off' } });
      events = addEventHalf(aws);
      addAccount(aws.world, { id: account, name: 'management' });
      prepare(aws, events);
      const keys = issueKeys(aws.world, iamUser(account, putUser(aws.world, account, 'tester')));
      watch = await watchModels(aws.journal, ['sqs', 'events', 'cloudtrail']);
      opened = open(await aws.start(), keys);
      await given?.(opened.fixture);
    });
    afterAll(async () => {
      opened.close();
      events.close();
      await aws.stop();
    });

    for (const { says, call, shows } of steps) {
      it(says, async () => {
        expectShown(await observe(opened.names, call(opened.fixture)), shows);
      });
    }

    it('says nothing that the models of AWS do not allow', () => {
      expect(watch.complaints().filter((complaint) => !commonOfQueues.test(complaint))).toEqual([]);
      expect(watch.judged()).toBeGreaterThanOrEqual(steps.length);
    });
  });
};

/** Every operation of the service refuses what AWS's model says it must, and nothing else. */
export const describeInputs = (name: string): void => {
  const aws = createSimulatedAws();
  addEventHalf(aws);
  it('bounds its input as the model of AWS does', async () => {
    const model = await serviceModel(name);
    const operations = [...(aws.world.services.get(name)?.operations ?? [])];
    expect(operations.length).toBeGreaterThan(0);
    expect(operations.flatMap(([operation, described]) => checkInput(model, operation, described))).toEqual(
      [],
    );
  });
};

/** The same at moto, which others wrote. */
export const describeMoto = (cases: readonly EventCase[], differences: Differences): void => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto.stop());

  describe.each(cases)('$about', ({ about, given, steps }) => {
    let opened: ReturnType<typeof open>;
    beforeAll(async () => {
      await moto.reset();
      opened = open(moto.url, { accessKeyId: 'testing', secretAccessKey: 'testing' });
      await given?.(opened.fixture);
    });
    afterAll(() => opened.close());

    for (const { says, call, shows } of steps) {
      it(says, async () => {
        const seen = await observe(opened.names, call(opened.fixture));
        const difference = differences.get(`${about}: ${says}`);
        expectShown(seen, difference?.shows ?? shows);
        if (difference) {
          expect(isShown(seen, shows), 'no difference any more: take it off the list').toBe(false);
        }
      });
    }
  });

  it('every listed difference belongs to a case', () => {
    const known = cases.flatMap(({ about, steps }) => steps.map(({ says }) => `${about}: ${says}`));
    expect([...differences.keys()].filter((name) => !known.includes(name))).toEqual([]);
  });
};
