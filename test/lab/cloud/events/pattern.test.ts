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
    ['a prefix', { detail: { 'instance-id': [{ prefix: 'i-' }] } }],
    ['a prefix of one item of a list', { resources: [{ prefix: 'arn:aws:ec2:' }] }],
    ['a prefix whatever its case', { detail: { state: [{ prefix: { 'equals-ignore-case': 'RUN' } }] } }],
    ['a suffix', { source: [{ suffix: '.ec2' }] }],
    ['a text whatever its case', { detail: { state: [{ 'equals-ignore-case': 'Running' }] } }],
    ['anything but a text', { detail: { state: [{ 'anything-but': 'stopped' }] } }],
    ['anything but some texts', { detail: { state: [{ 'anything-but': ['stopped', 'pending'] }] } }],
    ['anything but a number', { detail: { count: [{ 'anything-but': [4, 6] }] } }],
    ['anything but a prefix', { detail: { state: [{ 'anything-but': { prefix: 'stop' } }] } }],
    ['anything but some suffixes', { detail: { state: [{ 'anything-but': { suffix: ['ed', 'er'] } }] } }],
    ['what exists', { detail: { state: [{ exists: true }], spare: [{ exists: true }] } }],
    ['what does not exist', { detail: { other: [{ exists: false }], gone: { deep: [{ exists: false }] } } }],
    [
      'a number within limits',
      { detail: { count: [{ numeric: ['>', 0, '<=', 5] }], price: [{ numeric: ['=', -1.5] }] } },
    ],
    ['one of several operators and values', { detail: { state: ['stopped', { prefix: 'run' }] } }],
  ])('%s', (_, pattern) => expect(matches(pattern)).toBe(true));
});

describe('a pattern does not match', () => {
  test.each<[string, unknown]>([
    ['when one of its fields does not', { source: ['aws.ec2'], detail: { state: ['stopped'] } }],
    ['a text that only begins so', { source: ['aws'] }],
    ['a number as text', { detail: { count: ['5'] } }],
    ['a field that is not there', { detail: { other: ['x'] } }],
    ['fields of two different items of a list', { detail: { tags: { key: ['role'], value: ['edge'] } } }],
    ['an object where a value is wanted', { detail: { nested: [{ exists: true }] } }],
    ['a value where an object is wanted', { detail: { state: { deep: ['x'] } } }],
    ['anything but, where nothing is', { detail: { other: [{ 'anything-but': 'x' }] } }],
    ['what is excluded by its prefix', { detail: { state: [{ 'anything-but': { prefix: 'run' } }] } }],
    ['a number outside the limits', { detail: { count: [{ numeric: ['>', 5] }] } }],
    ['text, by a comparison of numbers', { detail: { empty: [{ numeric: ['<', 1] }] } }],
    ['what does not exist, where it is wanted', { detail: { other: [{ exists: true }] } }],
    ['what exists, where it is not wanted', { detail: { state: [{ exists: false }] } }],
    ['a name that every object inherits', { detail: { toString: [{ exists: true }] } }],
  ])('%s', (_, pattern) => expect(matches(pattern)).toBe(false));
});

describe('a pattern is refused by name and place', () => {
  test.each<[string, unknown, string]>([
    ['wildcard', { detail: { a: { b: [{ wildcard: '*' }] } } }, '"wildcard" at detail.a.b'],
    ['cidr', { detail: { ip: [{ cidr: '10.0.0.0/8' }] } }, '"cidr" at detail.ip'],
    ['wildcard within anything-but', { source: [{ 'anything-but': { wildcard: 'a*' } }] }, '"wildcard" at source'],
    ['$or', { detail: { $or: [{ a: [1] }] } }, '"$or" at detail.$or'],
    ['a field without a list', { source: 'aws.ec2' }, 'at source must be an object'],
    ['an empty list', { source: [] }, 'at source must list at least one value'],
    ['a list in a list', { source: [['aws.ec2']] }, 'at source must not have a list in a list'],
    ['two operators in one', { source: [{ prefix: 'a', suffix: 'b' }] }, 'at source must have one operator'],
    ['no operator', { source: [{}] }, 'at source'],
    ['a prefix of a number', { source: [{ prefix: 5 }] }, '"prefix" at source must have text'],
    ['exists with text', { source: [{ exists: 'yes' }] }, '"exists" at source must have true or false'],
    ['numeric without a limit', { detail: { a: [{ numeric: ['>'] }] } }, '"numeric" at detail.a must have comparisons'],
    ['an unknown comparison', { detail: { a: [{ numeric: ['!=', 1] }] } }, '"numeric" at detail.a'],
    ['anything-but of nothing', { source: [{ 'anything-but': [] }] }, '"anything-but" at source must have texts'],
    ['nothing at all', {}, 'must be an object with fields'],
  ])('%s', (_, pattern, message) => expect(() => readPattern(pattern)).toThrow(message));
});
