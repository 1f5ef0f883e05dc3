import { readPattern } from '../../../../lab/cloud/events/pattern';

/** An event as EC2 sends it, with some more to match. */
const event = {
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  resources: ['arn:aws:ec2:local-1:000000000000:instance/i-0a', 'arn:other'],
  detail: {
    'instance-id': 'i-0a',
    state: 'running',
    count: 5,
    price: -1.5,
    spare: null,
    spot: false,
    empty: '',
    tags: [
      { key: 'role', value: 'ramp' },
      { key: 'name', value: 'edge' },
    ],
    nested: { deep: { er: 'x' } },
  },
};
const matches = (pattern: unknown): boolean => readPattern(pattern)(event);

describe('a pattern matches', () => {
  test.each<[string, unknown]>([
    ['a value that is listed', { source: ['aws.states', 'aws.ec2'] }],
    ['all fields that it names', { source: ['aws.ec2'], detail: { state: ['running'], count: [5] } }],
    [
      'null, false, a number and an empty text as they are',
      { detail: { spare: [null], spot: [false], price: [-1.5], empty: [''] } },
    ],
    ['one item of a list', { resources: ['arn:other'] }],
    ['a field of one item of a list', { detail: { tags: { value: ['edge'] } } }],
    ['at any depth', { detail: { nested: { deep: { er: ['x'] } } } }],
  ])('%s', (_, pattern) => expect(matches(pattern)).toBe(true));
});

describe('a pattern does not match', () => {
  test.each<[string, unknown]>([
    ['when one of its fields does not', { source: ['aws.ec2'], detail: { state: ['stopped'] } }],
    ['a text that only begins so', { source: ['aws'] }],
    ['a number as text', { detail: { count: ['5'] } }],
    ['a field that is not there', { detail: { other: ['x'] } }],
    ['fields of two different items of a list', { detail: { tags: { key: ['role'], value: ['edge'] } } }],
    ['a value where an object is wanted', { detail: { state: { deep: ['x'] } } }],
    ['an object where a value is wanted', { detail: { nested: ['x'] } }],
    ['a name that every object inherits', { toString: { name: ['toString'] } }],
  ])('%s', (_, pattern) => expect(matches(pattern)).toBe(false));
});

describe('a pattern is refused by name and place', () => {
  test.each<[string, unknown, string]>([
    ['wildcard', { detail: { a: { b: [{ wildcard: '*' }] } } }, '"wildcard" at detail.a.b'],
    ['prefix', { source: [{ prefix: 'aws.' }] }, '"prefix" at source'],
    ['anything-but', { source: [{ 'anything-but': 'aws.ec2' }] }, '"anything-but" at source'],
    ['exists', { detail: { state: ['x', { exists: false }] } }, '"exists" at detail.state'],
    ['cidr', { detail: { ip: [{ cidr: '10.0.0.0/8' }] } }, '"cidr" at detail.ip'],
    ['$or', { detail: { $or: [{ a: [1] }] } }, '"$or" at detail.$or'],
    ['a field without a list', { source: 'aws.ec2' }, 'at source must be an object'],
    ['an empty list', { source: [] }, 'at source must list at least one value'],
    ['a list in a list', { source: [['aws.ec2']] }, 'at source must not have a list in a list'],
    ['nothing at all', {}, 'must be an object with fields'],
  ])('%s', (_, pattern, message) => expect(() => readPattern(pattern)).toThrow(message));
});
