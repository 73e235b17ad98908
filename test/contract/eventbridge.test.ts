import { describe } from 'vitest';
import { busCases } from './eventCases/buses.ts';
import { type Differences, shows } from './eventCases/eventCase.ts';
import { ruleCases } from './eventCases/rules.ts';
import { describeInputs, describeMoto, describeSimulated } from './eventCases/runCases.ts';

const cases = [...ruleCases, ...busCases];

const noQuota = 'moto has no quota of targets';

const differencesOfMoto: Differences = new Map([
  [
    'a rule: has a name of at most 64 characters',
    {
      because: 'moto takes names of any length',
      shows: shows({ RuleArn: `arn:aws:events:us-east-1:<account>:rule/${'x'.repeat(65)}` }),
    },
  ],
  [
    'targets of a rule: are at most five',
    { because: noQuota, shows: shows({ FailedEntryCount: 0, FailedEntries: [] }) },
  ],
  [
    'targets of a rule: need a role for a bus of another Region',
    {
      because: 'moto takes such a target without a role',
      shows: shows({ FailedEntryCount: 0, FailedEntries: [] }),
    },
  ],
  [
    'targets of a rule: are none then',
    {
      because: `${noQuota}: it took more`,
      shows: shows({ Targets: ['c', 'd', 'e', 'f', 'bus'].map((Id) => ({ Id })) }),
    },
  ],
  [
    'tags of a rule: are not touched by putting it again',
    {
      because: 'moto takes the tags of the second put',
      shows: shows({ Tags: [{ Key: 'team', Value: 'other' }] }),
    },
  ],
  [
    'putting events: brings them to the queue of the rule',
    {
      because: 'moto leaves the account out of the envelope',
      shows: shows({ source: 'trustedaccess.dev', 'detail-type': 'Heartbeat', detail: { beat: 1 } }),
    },
  ],
  [
    'putting events: lets nobody speak for AWS',
    { because: 'moto lets anybody speak for AWS', shows: shows({ FailedEntryCount: 0 }) },
  ],
  [
    'putting events: takes at least one',
    { because: 'moto takes none at all', shows: shows({ FailedEntryCount: 0, Entries: [] }) },
  ],
]);

describe('the simulated EventBridge answers a real client as AWS does', () => {
  describeInputs('events');
  describeSimulated(cases);
});

describe('moto answers the same but for known differences', () => {
  describeMoto(cases, differencesOfMoto);
});
