import * as fc from 'fast-check';
import { TEXT, fileMessage } from './declared-messages';

describe('hostile or mistaken YAML', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`),
  ];
  test.each([
    ['a bomb of aliases', bomb.join('\n'), 'must not use YAML aliases'],
    ['one alias', `${TEXT}\nobjects: &o {tunnel: SDN}\nx: *o\n`, 'must not use YAML aliases'],
    ['a key twice', `${TEXT}\nname: edge-b\n`, 'is not YAML: Map keys must be unique'],
    ['two documents', `${TEXT}\n---\n${TEXT}`, 'is not YAML'],
    ['a tab', `kind: ramp\n\tname: x\n`, 'is not YAML'],
    ['an open brace', 'kind: {', 'is not YAML'],
    ['nothing', '', '(document)'],
    ['only a comment', '# nothing\n', '(document)'],
    ['a key that would be inherited', `${TEXT}\n__proto__: {save: false}\n`, '__proto__: is not a known key'],
    ['a merge key', `${TEXT}\n<<: {save: false}\n`, '<<: is not a known key'],
    ['a cookie that YAML makes a number of', `${TEXT}\ncookie: 0x999\n`, 'cookie: 2457'],
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
