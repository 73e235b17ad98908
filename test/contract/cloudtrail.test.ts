import { describe } from 'vitest';
import { describeInputs, describeSimulated } from './eventCases/runCases.ts';
import { trailCases } from './eventCases/trails.ts';

// moto answers LookupEvents with an error of its own and keeps no history: there is nothing to compare.
describe('the simulated CloudTrail answers a real client as AWS does', () => {
  describeInputs('cloudtrail');
  describeSimulated(trailCases, (_aws, { cloudTrail }) => {
    cloudTrail.put({ account: '123456789012', name: 'every-event' });
    cloudTrail.put({
      account: '123456789012',
      name: 'writes',
      homeRegion: 'eu-west-1',
      isLogging: false,
      selectors: {
        kind: 'Advanced',
        selectors: [
          {
            Name: 'writes',
            FieldSelectors: [
              { Field: 'eventCategory', Equals: ['Management'] },
              { Field: 'readOnly', Equals: ['false'] },
            ],
          },
        ],
      },
    });
  });
});
