import { expect, it } from 'vitest';
import { judge } from './kstatus.ts';

const when = '2026-01-01T00:00:00Z';
const condition = (type: string, status: string, reason = 'Because') => ({
  type,
  status,
  reason,
  message: '',
  lastTransitionTime: when,
  observedGeneration: 2,
});

const object = (observedGeneration: number, ...conditions: ReturnType<typeof condition>[]) => ({
  apiVersion: 'example.dev/v1',
  kind: 'Example',
  metadata: { name: 'a', generation: 2, resourceVersion: '7' },
  status: { observedGeneration, conditions },
});

it.each([
  ['a ready object', object(2, condition('Ready', 'True')), 'Current', []],
  ['one at work', object(2, condition('Ready', 'False'), condition('Reconciling', 'True')), 'InProgress', []],
  ['one that stalled', object(2, condition('Ready', 'False'), condition('Stalled', 'True')), 'Failed', []],
  [
    'one not seen since its last change',
    object(1, condition('Ready', 'True')),
    'InProgress',
    ['Ready is True for generation 2 while status.observedGeneration is 1'],
  ],
  [
    'two that exclude each other',
    object(2, condition('Ready', 'False'), condition('Stalled', 'True'), condition('Reconciling', 'True')),
    'Failed',
    ['Reconciling and Stalled are both True'],
  ],
  [
    'a stall beside Ready',
    object(2, condition('Ready', 'True'), condition('Stalled', 'True')),
    'Failed',
    ['Stalled is True and Ready is True'],
  ],
  ['no Ready', object(2), 'Current', ['Ready is missing']],
  [
    'a generation to come',
    object(3, condition('Ready', 'True')),
    'InProgress',
    ['status.observedGeneration is 3 of 2'],
  ],
  ['no reason', object(2, condition('Ready', 'True', '')), 'Current', ['Ready has reason ""']],
])('kstatus and the rules for conditions on %s', async (_, example, status, violations) => {
  expect(await judge(JSON.stringify(example))).toMatchObject([{ name: 'a', status, violations }]);
});

it('judges a stream and the items of a list alike', async () => {
  const one = object(2, condition('Ready', 'True'));
  const list = { apiVersion: 'v1', kind: 'List', items: [one, one] };
  expect(await judge(`${JSON.stringify(one)}\n${JSON.stringify(list)}`)).toHaveLength(3);
});
