import fc from 'fast-check';

/** Texts that programs stumble over. */
const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 70 }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\u202e222222222222',
    '\ufeffsso.amazonaws.com',
    '\ud800',
    '😀'.repeat(32),
    '😀'.repeat(300),
    'é'.repeat(128),
    'a'.repeat(100_000),
    '２２２２２２２２２２２２',
    '٢٢٢٢٢٢٢٢٢٢٢٢',
    '222222222222\n',
    '__proto__',
    'constructor',
    'null',
    '~',
    'sso.amazonaws.com.',
    'SSO.amazonaws.com',
    '-1h',
    '1e3h',
    '9999999h',
    '1h\u00a0',
    '+5m',
    '.5h',
    '5µs',
  ),
);

const deep = (levels: number): unknown =>
  Array.from({ length: levels }).reduce((inner) => ({ a: inner }), 'end' as unknown);

const anything = fc.oneof(
  { weight: 5, arbitrary: oddText },
  { weight: 1, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.array(oddText, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(oddText, oddText, { maxKeys: 3, noNullPrototype: true }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(deep(40), Array(2_000).fill('222222222222')) },
);

const account = fc.constantFrom('222222222222', '333333333333', '444444444444', '999999999999');
const region = fc.constantFrom('us-east-1', 'eu-west-1', 'cn-north-1', 'us-gov-west-1');

/** A specification as a person would write it, with some fields left out. */
const sound: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    servicePrincipal: fc.constantFrom(
      'sso.amazonaws.com',
      'backup.amazonaws.com',
      'ram.amazonaws.com',
      'new.example.com',
    ),
    access: fc.constantFrom('Enabled', 'Enabled', 'Disabled'),
    delegatedAdministrators: fc.array(account, { maxLength: 3 }),
    organization: fc.record(
      {
        id: fc.constantFrom('o-exampleorgid', 'o-another0001'),
        roleArn: fc.constant('arn:aws:iam::111111111111:role/operator'),
        externalId: fc.constant('a-b/c=1'),
        region,
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
    identityCenter: fc.record({ region }, { noNullPrototype: true }),
    driftPolicy: fc.constantFrom('Correct', 'Observe'),
    deletionPolicy: fc.constantFrom('Retain', 'Retain', 'Revoke'),
    disable: fc.constant({ confirmation: 'disable' }),
    interval: fc.constantFrom('5s', '1h', '1h30m', '0.5h', '25h', '4s'),
    suspend: fc.boolean(),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const places = [
  ['servicePrincipal'],
  ['access'],
  ['delegatedAdministrators'],
  ['delegatedAdministrators', 0],
  ['organization'],
  ['organization', 'id'],
  ['organization', 'roleArn'],
  ['organization', 'externalId'],
  ['organization', 'region'],
  ['organization', 'odd'],
  ['identityCenter', 'region'],
  ['driftPolicy'],
  ['deletionPolicy'],
  ['disable', 'confirmation'],
  ['disable', 'whileInUse'],
  ['interval'],
  ['suspend'],
  ['odd'],
] as const;

function put(target: unknown, [key, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const list = Array.isArray(target) ? target : [];
    return [put(list[key], rest, value), ...list.slice(1)];
  }
  const object = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  return { ...object, [key]: put(Reflect.get(object, key), rest, value) };
}

/** A sound specification with none, one or two places replaced by something odd. */
export const oddSpec: fc.Arbitrary<unknown> = fc
  .tuple(sound, fc.array(fc.tuple(fc.constantFrom(...places), anything), { maxLength: 2 }))
  .map(([spec, changes]) =>
    changes.reduce((changed, [place, value]) => put(changed, place, value), spec as unknown),
  );

/** Odd names, labels and annotations. */
export const oddMetadata: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  fc.record({ name: anything }, { noNullPrototype: true }),
  fc.record(
    {
      name: fc.constant('odd'),
      labels: fc.oneof(anything, fc.dictionary(oddText, anything, { maxKeys: 2, noNullPrototype: true })),
    },
    { noNullPrototype: true },
  ),
  fc.record(
    {
      name: fc.constant('odd'),
      annotations: fc.oneof(
        anything,
        fc.dictionary(oddText, anything, { maxKeys: 2, noNullPrototype: true }),
      ),
    },
    { noNullPrototype: true },
  ),
);
