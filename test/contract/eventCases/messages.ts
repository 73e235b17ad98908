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
];
