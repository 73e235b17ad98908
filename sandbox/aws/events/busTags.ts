import { text } from '../inputs.ts';
import type { Members, Operation } from '../service.ts';
import type { Bus, Buses } from './bus.ts';
import { shapes } from './busShapes.ts';
import { listOf, membersOf } from './sqsInputs.ts';

export function tagOperations(buses: Buses): [string, Operation][] {
  return [
    [
      'TagResource',
      {
        readOnly: false,
        input: shapes.tag,
        handle: ({ input }) => {
          const arn = text(input, 'ResourceARN');
          addTags(buses.owner(arn), arn, input);
          return undefined;
        },
      },
    ],
    [
      'ListTagsForResource',
      {
        readOnly: true,
        input: shapes.tagged,
        handle: ({ input }) => {
          const arn = text(input, 'ResourceARN');
          const tags = buses.owner(arn).tags.get(arn) ?? new Map<string, string>();
          return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
        },
      },
    ],
  ];
}

/** Adds the tags that the input has. */
export function addTags(bus: Bus, arn: string, input: Members): void {
  const tags = bus.tags.get(arn) ?? new Map<string, string>();
  for (const tag of listOf(input, 'Tags').map(membersOf)) tags.set(text(tag, 'Key'), text(tag, 'Value'));
  if (tags.size > 0) bus.tags.set(arn, tags);
}
