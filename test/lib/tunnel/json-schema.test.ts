import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { declarationSchema, declarationSchemaText } from '../../../lib/tunnel/declaration/json-schema';
import { EXAMPLE, EXAMPLE_FILE, merge } from './site';

/** JSON Schema read back by another road than the rules took. */
const schema = z.fromJSONSchema(declarationSchema() as Parameters<typeof z.fromJSONSchema>[0]);

test('the JSON Schema that editors use is current (npm run schema)', () =>
  expect(readFileSync(join(__dirname, '../../../tunnels/tunnel.schema.json'), 'utf8')).toBe(declarationSchemaText()));

test('the example names that schema, and validates', () => {
  const text = readFileSync(EXAMPLE_FILE, 'utf8');
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./tunnel.schema.json');
  expect(schema.safeParse(parse(text)).error).toBeUndefined();
});

test('fields with a default may be left out, others may not', () => {
  const { objects: _objects, cookie: _cookie, save: _save, ...least } = EXAMPLE;
  expect(schema.safeParse(least).success).toBe(true);
  const { clusterNetworks: _networks, ...less } = EXAMPLE;
  expect(schema.safeParse(less).success).toBe(false);
});

test.each([
  ['an unknown key', merge(EXAMPLE, { snatt: 'flows' })],
  ['an unknown key inside', merge(EXAMPLE, { tunnel: { mtu: 1400 } })],
  ['another SNAT', merge(EXAMPLE, { snat: 'automap' })],
  ['a name with syntax', merge(EXAMPLE, { objects: { tunnel: 'SDN{}' } })],
  ['three BIG-IPs', merge(EXAMPLE, { bigip: [EXAMPLE.bigip[0], EXAMPLE.bigip[0], EXAMPLE.bigip[0]] })],
  ['another kind', merge(EXAMPLE, { kind: 'node' })],
])('%s is a mistake to an editor too', (_what, document) => expect(schema.safeParse(document).success).toBe(false));

test('every field says what it is', () => {
  const undescribed: string[] = [];
  const look = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { properties, items, anyOf, oneOf, description } = node as Record<string, unknown>;
    const inner = Object.entries(properties ?? {});
    if (inner.length === 0 && items === undefined && !anyOf && !oneOf && description === undefined)
      undescribed.push(path);
    for (const [name, child] of inner) look(child, `${path}.${name}`);
    if (typeof items === 'object' && (items as { properties?: unknown }).properties !== undefined)
      look(items, `${path}[]`);
    for (const child of (oneOf ?? anyOf ?? []) as unknown[]) look(child, path);
  };
  look(declarationSchema(), '');
  expect(undescribed).toEqual([]);
});
