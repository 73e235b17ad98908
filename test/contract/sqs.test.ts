import { describe } from 'vitest';
import { batchCases } from './eventCases/batches.ts';
import { deadQueueCases } from './eventCases/deadLetters.ts';
import { type Differences, done, refused, shows } from './eventCases/eventCase.ts';
import { messageCases } from './eventCases/messages.ts';
import { queueCases } from './eventCases/queues.ts';
import { describeInputs, describeMoto, describeSimulated } from './eventCases/runCases.ts';

const cases = [...queueCases, ...deadQueueCases, ...messageCases, ...batchCases];

const oldName = 'moto calls a bad attribute by the name of the older protocol';
const noTags = { because: 'moto lists no tags as an empty map', shows: shows({ Tags: {} }) };

const differencesOfMoto: Differences = new Map([
  [
    'a queue: cannot be had again at once',
    { because: 'moto forgets a queue at once', shows: shows({ QueueUrl: '<aws>/<account>/q' }) },
  ],
  [
    'a queue: refuses a policy that is none',
    {
      because: 'moto fails on a policy that is no JSON',
      shows: refused('Unreadable'),
    },
  ],
  ['a queue: refuses a time out of bounds', { because: 'moto knows no bounds of times', shows: done }],
  ['tags of a queue: are none at first', noTags],
  [
    'a dead-letter queue: cannot be something else',
    { because: oldName, shows: refused('InvalidParameterValue') },
  ],
  [
    'a message: is not hidden any more once it is deleted',
    {
      because: 'moto forgets receipts with their message',
      shows: refused('ReceiptHandleIsInvalid'),
    },
  ],
  [
    'a message: has a body',
    {
      because: 'moto takes an empty message',
      shows: shows({ MD5OfMessageBody: 'd41d8cd98f00b204e9800998ecf8427e' }),
    },
  ],
  [
    'a message: is made of the characters of XML',
    {
      because: 'moto takes any character',
      shows: shows({ MD5OfMessageBody: '93b885adfe0da089cdf634904fd59f71' }),
    },
  ],
]);

describe('the simulated SQS answers a real client as AWS does', () => {
  describeInputs('sqs');
  describeSimulated(cases);
});

describe('moto answers the same but for known differences', () => {
  describeMoto(cases, differencesOfMoto);
});
