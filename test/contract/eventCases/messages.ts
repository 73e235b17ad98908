import { expect } from 'vitest';
import { done, type EventCase, refused, shows } from './eventCase.ts';
import { counts, deleteNoted, hide, receive, send, standard } from './messageSteps.ts';

export const messageCases: readonly EventCase[] = [
  {
    about: 'a message',
    given: standard,
    steps: [
      {
        says: 'is sent and answered with the digest of its body',
        call: send('hello'),
        shows: shows({ MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592' }),
      },
      { says: 'is counted', call: counts, shows: shows({ visible: '1', hidden: '0' }) },
      {
        says: 'is received with its body and digest',
        call: receive({ MessageSystemAttributeNames: ['All'] }),
        shows: shows({
          Messages: [
            {
              Body: 'hello',
              MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
              Attributes: { ApproximateReceiveCount: '1' },
            },
          ],
        }),
      },
      { says: 'is hidden then', call: receive(), shows: done },
      { says: 'is counted as not visible', call: counts, shows: shows({ visible: '0', hidden: '1' }) },
      { says: 'is given back', call: hide(0), shows: done },
      {
        says: 'is received again, and tells how often it was',
        call: receive({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] }),
        shows: shows({ Messages: [{ Body: 'hello', Attributes: { ApproximateReceiveCount: '2' } }] }),
      },
      { says: 'is kept longer', call: hide(600), shows: done },
      { says: 'is deleted', call: deleteNoted, shows: done },
      { says: 'is deleted twice without harm', call: deleteNoted, shows: done },
      {
        says: 'is not hidden any more once it is deleted',
        call: hide(10),
        shows: refused('MessageNotInflight'),
      },
      {
        says: 'is not found by something that is no receipt',
        call: hide(10, 'nonsense'),
        shows: refused('ReceiptHandleIsInvalid'),
      },
      { says: 'has a body', call: send(''), shows: refused('MissingParameter') },
      {
        says: 'is made of the characters of XML',
        call: send('\u0000'),
        shows: refused('InvalidMessageContents'),
      },
    ],
  },
  {
    about: 'attributes of a message',
    given: standard,
    steps: [
      {
        says: 'have a digest of their own, which the client checks',
        call: send('hello', {
          MessageAttributes: {
            colour: { DataType: 'String', StringValue: 'red' },
            amount: { DataType: 'Number', StringValue: '7' },
            raw: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2, 3]) },
          },
        }),
        shows: shows({
          MD5OfMessageAttributes: 'da8d953bf057315f63927dfeee9aa4c7',
        }),
      },
      {
        says: 'come when they are asked for',
        call: receive({ MessageAttributeNames: ['colour'], VisibilityTimeout: 0 }),
        shows: shows({
          Messages: [{ MessageAttributes: { colour: { DataType: 'String', StringValue: 'red' } } }],
        }),
      },
      {
        says: 'come all when all are asked for',
        call: async (stage) => {
          const { Messages } = await receive({ MessageAttributeNames: ['All'] })(stage);
          const { MessageAttributes, MD5OfMessageAttributes } = Messages?.[0] ?? {};
          const raw = [...(MessageAttributes?.['raw']?.BinaryValue ?? [])];
          return { names: Object.keys(MessageAttributes ?? {}).sort(), raw, MD5OfMessageAttributes };
        },
        shows: shows({
          names: ['amount', 'colour', 'raw'],
          raw: [1, 2, 3],
          MD5OfMessageAttributes: 'da8d953bf057315f63927dfeee9aa4c7',
        }),
      },
      {
        says: 'of the system have one too',
        call: send('hello', {
          MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-5759e988' } },
        }),
        shows: shows({ MD5OfMessageSystemAttributes: expect.stringMatching(/^[0-9a-f]{32}$/) }),
      },
    ],
  },
];
