import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { parse } from 'yaml';
import { declarationSchema, declarationSchemaText } from '../../../lib/tunnel/declaration/json-schema';
import { NETWORK_PATTERN, parseNetwork } from '../../../lib/tunnel/declaration/address';
import { anySpecs } from './generators';
import { EXAMPLE, EXAMPLE_FILE, merge } from './site';

/** A judge of its own: editors do not use zod. */
const accepts = new Ajv({ strict: false }).compile(declarationSchema());

test('the JSON Schema that editors use is current (npm run schema)', () =>
  expect(readFileSync(join(__dirname, '../../../tunnels/tunnel.schema.json'), 'utf8')).toBe(declarationSchemaText()));

test('the example names that schema, and validates', () => {
  const text = readFileSync(EXAMPLE_FILE, 'utf8');
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./tunnel.schema.json');
  expect(accepts(parse(text))).toBe(true);
});

test('fields with a default may be left out, others may not', () => {
  const { objects: _objects, cookie: _cookie, save: _save, ...least } = EXAMPLE;
  expect(accepts(least)).toBe(true);
  const { clusterNetworks: _networks, ...less } = EXAMPLE;
  expect(accepts(less)).toBe(false);
});

test.each([
  ['an unknown key', merge(EXAMPLE, { snatt: 'flows' })],
  ['an unknown key inside', merge(EXAMPLE, { tunnel: { mtu: 1400 } })],
  ['another SNAT', merge(EXAMPLE, { snat: 'automap' })],
  ['a name with syntax', merge(EXAMPLE, { objects: { tunnel: 'SDN{}' } })],
  ['three BIG-IPs', merge(EXAMPLE, { bigip: [EXAMPLE.bigip[0], EXAMPLE.bigip[0], EXAMPLE.bigip[0]] })],
  ['another kind', merge(EXAMPLE, { kind: 'node' })],
])('%s is a mistake to an editor too', (_what, document) => expect(accepts(document)).toBe(false));

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

test('it accepts whatever the product accepts', () =>
  fc.assert(
    fc.property(anySpecs, (spec) => expect(accepts(JSON.parse(JSON.stringify(spec)))).toBe(true)),
    {
      numRuns: 50,
    },
  ));

test('its pattern of a network takes exactly the networks without host bits', () => {
  const pattern = new RegExp(NETWORK_PATTERN);
  const octet = fc.oneof(fc.constantFrom(0, 64, 128, 192, 252, 255), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.tuple(fc.integer({ min: 1, max: 126 }), octet, octet, octet), fc.nat(33), (octets, length) => {
      const text = `${octets.join('.')}/${length}`;
      expect(pattern.test(text)).toBe(length > 0 && parseNetwork(text) !== undefined);
    }),
    { numRuns: 500 },
  );
});
