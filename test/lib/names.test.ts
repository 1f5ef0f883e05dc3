import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '../..');

/** Names of one meaning: the entry of every function of Lambda; what every kind of device has. */
const SAME = ['handler', 'probes', 'proofs'];

const DECLARED =
  /^export (?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type) (\w+)(: ObjectKind\b)?/gm;
const LISTED = /^export (?:type )?\{([^}]*)\}/gm;
const IMPORTED = /^import [^;]*;/gm;

/** `kind`: a kind of object, which is named as its scripts name it: two kinds of device may have one of that name. */
type Exported = readonly [name: string, what: 'kind' | 'other'];

/** What a file exports. What it has imported it only hands on: that is no second thing. */
function exportedOf(text: string): readonly Exported[] {
  const imported = text.match(IMPORTED)?.join(' ') ?? '';
  const listed = [...text.matchAll(LISTED)]
    .flatMap(([, names = '']) => names.split(',').map((each) => each.trim().split(/\s+/).at(-1)!))
    .filter((name) => name !== '' && !new RegExp(`\\b${name}\\b`).test(imported));
  return [
    ...[...text.matchAll(DECLARED)].map(([, name, kind]): Exported => [name!, kind === undefined ? 'other' : 'kind']),
    ...listed.map((name): Exported => [name, 'other']),
  ];
}

test.each<[string, readonly Exported[]]>([
  ['export const address = 1;', [['address', 'other']]],
  ['export const address: ObjectKind<Facts> = {};', [['address', 'kind']]],
  [
    'const a = 1;\nexport { a, b as address };',
    [
      ['a', 'other'],
      ['address', 'other'],
    ],
  ],
  ["import { a, type b } from './b';\nexport { a };", []],
])('%j exports %j', (text, exported) => expect(exportedOf(text)).toEqual(exported));

test('no two exported things of lib, lambdas and cli have one name', () => {
  const places = new Map<string, Exported[1][]>();
  for (const room of ['lib', 'lambdas', 'cli'])
    for (const file of readdirSync(join(PROJECT, room), { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.ts'))
        for (const [name, what] of exportedOf(readFileSync(join(PROJECT, room, file), 'utf8')))
          places.set(name, [...(places.get(name) ?? []), what]);
  expect(places.size).toBeGreaterThan(400);
  const twice = [...places].filter(([, whats]) => whats.length > 1 && whats.includes('other')).map(([name]) => name);
  expect(twice.sort()).toEqual(SAME);
});
