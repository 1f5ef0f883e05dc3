import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { parse } from 'yaml';
import { call, project } from './fake';

/** A mistaken declaration of the table: an example in which one text stands in place of another. */
interface Mistaken {
  readonly what: string;
  readonly example: string;
  /** `*`: the whole file. */
  readonly right: string;
  readonly wrong: string;
  /** What the JSON Schema does: refuses, accepts, or nothing, since it is not YAML. */
  readonly editor: string;
  /** The lines that a user sees. */
  readonly says: readonly string[];
}

const TABLE = readFileSync(join(__dirname, 'mistaken.txt'), 'utf8')
  .split('\n\n')
  .slice(1) // how to read it
  .map(mistakenIn);

/** A block of the table. */
function mistakenIn(block: string): Mistaken {
  const [what = '', change = '', ...says] = block.trimEnd().split('\n  ');
  const [, example = '', right = '', wrong = '', editor = ''] =
    /^([a-z-]+): (.+) => (.*) \| editors (.+)$/.exec(change) ?? [];
  const lines = (text: string): string => text.replaceAll('\\n', '\n').replaceAll('\\t', '\t');
  return { what, example, right: lines(right), wrong: lines(wrong), editor, says };
}

function fileOf({ example, right, wrong }: Mistaken): string {
  const text = readFileSync(join(__dirname, `../../tunnels/${example}.yaml`), 'utf8');
  expect(right === '*' || text.split(right).length === 2).toBe(true);
  return right === '*' ? wrong : text.replace(right, () => wrong);
}

const editor = new Ajv({ strict: false }).compile(
  JSON.parse(readFileSync(join(__dirname, '../../tunnels/tunnel.schema.json'), 'utf8')) as object,
);

test('the table has mistakes of all kinds', () => expect(TABLE.length).toBeGreaterThan(55));

describe.each(TABLE)('$what', (mistaken) => {
  test('is told by line and column, in words for people', async () => {
    const folder = project({ tunnels: { [`${mistaken.example}.yaml`]: fileOf(mistaken) } });
    const { code, out, err } = await call(['validate'], {}, { project: folder, folder });
    const told = mistaken.says.map((line) => `tunnels/${mistaken.example}.yaml:${line}`);
    expect(err.split('\n').slice(0, -2)).toEqual(told);
    expect([code, out]).toEqual([2, '']);
  });

  test(`editors ${mistaken.editor}`, () => {
    const text = fileOf(mistaken);
    if (mistaken.editor === 'cannot read it') expect(() => parse(text) as unknown).toThrow(/./);
    else expect(editor(parse(text))).toBe(mistaken.editor === 'accept it');
  });
});
