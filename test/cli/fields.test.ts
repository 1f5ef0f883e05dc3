import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { cells, current } from '../stack/support/documents';

/*
 * docs/declaring.md shows the example as its file is, and has every field of the JSON Schema by which editors complete a declaration.
 */

const TUNNELS = join(__dirname, '../../tunnels');

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const { oneOf: kinds } = JSON.parse(readFileSync(join(TUNNELS, 'tunnel.schema.json'), 'utf8')) as {
  readonly oneOf: readonly Schema[];
};

/** A row for each field, those of an object below it. */
function rows({ properties = {}, required = [] }: Schema, within = ''): readonly string[] {
  return Object.entries(properties).flatMap(([key, field]) => {
    const row = `| \`${within}${key}\` | ${defaultOf(field, required.includes(key))} | ${meaning(field)} |`;
    if (field.type === 'array') return [row, ...rows(field.items!, `${within}${key}[].`)];
    return [row, ...rows(field, `${within}${key}.`)];
  });
}

/** What holds where a field is left out. That of an object is those of its fields. */
function defaultOf({ type, default: value }: Schema, needed: boolean): string {
  if (needed) return 'needed';
  return value === undefined || type === 'object'
    ? ''
    : `\`${stringify(value, { defaultStringType: 'PLAIN' }).trim()}\``;
}

function meaning({ description, enum: words, const: word, minimum, maximum }: Schema): string {
  const values = word ?? words?.join(', ') ?? (minimum === undefined ? undefined : `${minimum} to ${maximum}`);
  return [description, ...(values === undefined ? [] : [`(${values})`])].join(' ');
}

test.each(kinds.map((kind) => [kind.properties!['kind']!.const!, kind] as const))('of kind %s', (name, kind) => {
  const made = ['| field | default | meaning |', '| --- | --- | --- |', ...rows(kind)].join('\n');
  expect(cells(current('declaring.md', `fields of kind ${name}`, made))).toEqual(cells(made));
  expect(made).not.toContain('undefined');
});

test('the example is its file', () => {
  const made = `\`\`\`yaml\n${readFileSync(join(TUNNELS, 'edge-a.yaml'), 'utf8')}\`\`\``;
  expect(current('declaring.md', 'edge-a', made)).toBe(made);
});
