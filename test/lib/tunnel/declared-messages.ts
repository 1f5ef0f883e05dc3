import { readFileSync } from 'node:fs';
import { readDeclarations } from '../../../lib/tunnel/declaration/read';
import { InvalidRequest } from '../../../lib/tunnel/errors/errors';
import { parseDeclaration } from '../../../lib/tunnel/declaration/parse';
import { EXAMPLE, EXAMPLE_FILE, merge } from './site';

/** The file of the declared example. */
export const TEXT = readFileSync(EXAMPLE_FILE, 'utf8');

/** The message about files of which one at least is refused, without lines and columns: test/cli/mistaken.txt has those. */
export function fileMessage(...texts: readonly (readonly [path: string, text: string])[]): string {
  try {
    readDeclarations(texts.map(([path, text]) => ({ path, text })));
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidRequest);
    return withoutPlaces((error as Error).message);
  }
  throw new Error('was accepted');
}

/** Messages without lines and columns. */
export function withoutPlaces(said: string): string {
  return said.replace(/^(.+?\.yaml):\d+:\d+(?=: )/gm, '$1');
}

/** The message about a declaration that is refused. */
export function message(document: unknown): string {
  try {
    parseDeclaration(document, 'tunnels/edge-a.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidRequest);
    return (error as Error).message;
  }
  throw new Error('was accepted');
}

/** A declaration is refused: the message says where, by path and value, and which rule. */
export function expectRefusal(document: unknown, where: string, rule: string): void {
  const said = message(document);
  expect(said).toContain(`tunnels/edge-a.yaml: ${where}`);
  expect(said).toContain(rule);
}

/** The example with other fields. */
export const withFields = (changes: Record<string, unknown>): unknown => merge(EXAMPLE, changes);

/** The example with other fields of its BIG-IP. */
export const withBigIp = (changes: Record<string, unknown>): unknown =>
  merge(EXAMPLE, { bigip: [merge(EXAMPLE.bigip[0]!, changes)] });

/** The example with other fields of its ramp node. */
export const withNode = (changes: Record<string, unknown>): unknown =>
  merge(EXAMPLE, { ramp: { nodes: [merge(EXAMPLE.ramp.nodes[0]!, changes)] } });
