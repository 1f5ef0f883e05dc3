import * as fc from 'fast-check';
import { readDeclarations } from '../../../lib/tunnel/declaration/read';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { TEXT, fileMessage } from './declared-messages';

describe('hostile or mistaken YAML', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`),
  ];
  test.each([
    ['a bomb of aliases', bomb.join('\n'), 'must not use YAML aliases'],
    ['one alias', `${TEXT}\nobjects: &o {tunnel: SDN}\nx: *o\n`, 'must not use YAML aliases'],
    ['a key twice', `${TEXT}\nname: edge-b\n`, 'the key "name" stands twice'],
    ['two documents', `${TEXT}\n---\n${TEXT}`, 'is not YAML'],
    ['a tab', `kind: ramp\n\tname: x\n`, 'is not YAML'],
    ['an open brace', 'kind: {', 'is not YAML'],
    ['nothing', '', '(document)'],
    ['only a comment', '# nothing\n', '(document)'],
    ['a key that would be inherited', `${TEXT}\n__proto__: {save: false}\n`, '__proto__: is not a known key'],
    ['a merge key', `${TEXT}\n<<: {save: false}\n`, '<<: is not a known key'],
    ['a cookie that is a decimal number', `${TEXT}\ncookie: 999\n`, 'cookie: 999'],
    ['a key twice, further inside', `${TEXT}\nobjects: {self: a, self: b}\n`, 'the key "self" stands twice'],
    ['a number that is written as a cookie', `${TEXT}\ndrain: 0x10\n`, 'drain: "0x10"'],
    ['brackets without end', `kind: ${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'is not YAML'],
    [
      'a tag of another language',
      `${TEXT}\nprobe2: !!python/object:os.system [reboot]\n`,
      'probe2: is not a known key',
    ],
    ['an address that YAML makes a number of', TEXT.replace('node: 10.3.91.217', 'node: 10.3'), 'tunnel.node: 10.3'],
    ['a null byte', `kind: "ramp\\0"\n`, 'kind'],
  ])('%s', (_what, text, rule) => {
    const said = fileMessage(['tunnels/edge-a.yaml', text]);
    expect(said).toMatch(/^tunnels\/edge-a\.yaml: /);
    expect(said).toContain(rule);
  });

  test('whatever stands in a file, it is a declaration or a mistake', () =>
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.string({ unit: fc.constantFrom(...'&*!|>{}[],:-#?% \n\ta"\''.split('')) })),
        (text) => {
          expect(fileMessage(['x.yaml', text])).toMatch(/^x\.yaml: /);
        },
      ),
      { numRuns: 150 },
    ));
});

test.each(['0x999', '0xabcdef0123456789'])('a cookie %s needs no quotes: it counts as it is written', (cookie) => {
  const [declared] = readDeclarations([{ path: 'tunnels/edge-a.yaml', text: `${TEXT}\ncookie: ${cookie}\n` }]);
  expect((declared as Tunnel).cookie).toBe(cookie);
});

describe('a message', () => {
  test.each([8_000, 16_000])('about %i unknown keys is short', (many) => {
    const keys = Array.from({ length: many }, (_, i) => `key${i}: 1`).join('\n');
    const lines = fileMessage(['tunnels/edge-a.yaml', `${TEXT}\n${keys}\n`]).split('\n');
    expect(lines).toHaveLength(21);
    expect(lines[0]).toBe('tunnels/edge-a.yaml: key0: is not a known key');
    expect(lines[20]).toBe(`tunnels/edge-a.yaml: ${many - 20} more mistakes are not listed: correct these first`);
  });

  test('about an endless key is short', () =>
    expect(fileMessage(['x.yaml', `${TEXT}\n${'k'.repeat(900)}: 1\n`]).length).toBeLessThan(200));

  const HIDDEN = ['\\e[2J', '\\u202e', '\\u2066', '\\x9b', '\\u200b', '\\u2028', '\\ufeff', '\\r'];
  test.each(HIDDEN)('has %s as a number, wherever it stands in the declaration', (hidden) => {
    for (const text of [
      `name: "a${hidden}"`,
      `"k${hidden}": 1`,
      `objects: {"k${hidden}": {}}`,
      `name: x\nname: "${hidden}"`,
    ])
      expect(fileMessage([`tunnels/edge-a.yaml`, `${TEXT.replace(/^name:.*$/m, '')}\n${text}\n`])).toMatch(
        /^[\x20-\x7e\n…]*$/,
      );
  });

  test('has what stands raw in the file as a number too, and what is in its name', () => {
    expect(fileMessage(['x\u001b\u202e.yaml', 'kind: "\u202e\u001b'])).toMatch(
      /^x\\u\{1b\}\\u\{202e\}\.yaml: [\x20-\x7e]*$/,
    );
  });
});
