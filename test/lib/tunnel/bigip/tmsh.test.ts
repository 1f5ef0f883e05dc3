import * as fc from 'fast-check';
import { NotUnderstood } from '../../../../lib/tunnel/errors/errors';
import { parseListing, properties, relative, type Block } from '../../../../lib/tunnel/bigip/tmsh';

const plain = fc.string({ unit: fc.constantFrom(...'abcXYZ0123./_-:'.split('')), minLength: 1, maxLength: 10 });
const quoted = fc.string({ unit: fc.constantFrom(...'ab {}"\\;'.split('')), maxLength: 10 });
const word = fc.oneof(plain, quoted);
const { block } = fc.letrec<{ block: Block; value: string | Block }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, word, tie('block')),
  block: fc.array(fc.tuple(plain, tie('value')), { maxLength: 4 }).map((pairs) => pairs.flat() as unknown as Block),
}));
const listed = fc.array(
  fc.record({ path: fc.array(plain, { minLength: 1, maxLength: 4 }).map((p) => p.join(' ')), block }),
  {
    maxLength: 4,
  },
);

/** As tmsh prints: words with blanks or syntax in them in double quotes. */
function print(entry: string | Block, gap: string): string {
  if (typeof entry !== 'string') return `{${gap}${entry.map((each) => print(each, gap)).join(gap)}${gap}}`;
  return /^[^\s{}"\\]+$/.test(entry) ? entry : `"${entry.replace(/["\\]/g, '\\$&')}"`;
}

test.each([
  ['one line', ' '],
  ['many lines', '\n    '],
])('a listing on %s is read back as it was printed, whatever its depth', (_form, gap) =>
  fc.assert(
    fc.property(listed, (objects) => {
      const lines = objects.map((object) => `${object.path} ${print(object.block, gap)}`).join('\n');
      expect(parseListing('BIG-IP', lines.split('\n'))).toEqual(objects);
    }),
    { numRuns: 150 },
  ),
);

test.each([
  ['net self SDN {', 'an open brace'],
  ['net self SDN { } }', 'a closing brace too many'],
  ['net self SDN { description "SDN }', 'an open quote'],
  ['net self SDN', 'text that belongs to no object'],
  ['Last login: Mon Nov 23', 'text that belongs to no object'],
])('%s is not understood: %s', (text, what) => {
  expect(() => parseListing('BIG-IP 10.3.88.66', [text])).toThrow(NotUnderstood);
  expect(() => parseListing('BIG-IP 10.3.88.66', [text])).toThrow(`BIG-IP 10.3.88.66: ${what} in: ${text}`);
});

test('an empty listing lists nothing', () => expect(parseListing('BIG-IP', [])).toEqual([]));

test('a property has the words of its value, of an inner block too', () => {
  const [only] = parseListing('BIG-IP', ['ltm snatpool P { members { 10.3.91.216 10.3.91.217 } description "a b" }']);
  expect(Object.fromEntries(properties(only!.block))).toEqual({
    members: ['10.3.91.216', '10.3.91.217'],
    description: ['a b'],
  });
});

test('a property that is listed without a value does not shift those that follow', () => {
  const [only] = parseListing('BIG-IP', ['net route r { blackhole network 10.128.0.0/14 }']);
  expect(Object.fromEntries(properties(only!.block))).toEqual({ blackhole: [], network: ['10.128.0.0/14'] });
});

test('only the folder that is the default anyway is taken off a name', () => {
  expect(relative('/Common/SDN')).toBe('SDN');
  expect(relative('/Edge/SDN')).toBe('/Edge/SDN');
  expect(relative('SDN')).toBe('SDN');
});
