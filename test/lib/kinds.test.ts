import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { KINDS } from '../../lib/tunnel/plan/devices';

const PROJECT = join(__dirname, '../..');

/** The states of the workflow, of which each has a name of its own; the fields of a declaration, which are called alike; and a picture, where each has a place. */
const OTHERS = [
  'workflow/definition.ts',
  'declaration/shape.ts',
  'declaration/between.ts',
  'declaration/pairs-schema.ts',
  'declaration/reach-rules.ts',
  'init/questions.ts',
  'page/model/scene.ts',
];

/** Whether a file names a kind of device as a key or as a text. */
function names(text: string, kind: string): boolean {
  return new RegExp(`['"\`]${kind}['"\`]|\\b${kind}:`).test(text);
}

test('a kind of device is one record: nothing else names them all', () => {
  const kinds = Object.keys(KINDS).filter((kind) => kind !== 'balancer'); // the ramp nodes' function reaches it
  expect(kinds).toEqual(['bigip', 'ramp', 'cluster']);
  const all = ['lib', 'lambdas', 'cli', 'bin'].flatMap((room) =>
    readdirSync(join(PROJECT, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${room}/${file}`),
  );
  const naming = all.filter((file) => {
    const text = readFileSync(join(PROJECT, file), 'utf8');
    return kinds.every((kind) => names(text, kind));
  });
  expect(naming.filter((file) => !OTHERS.some((other) => file.endsWith(`/${other}`)))).toEqual([]);
  expect(naming.length).toBe(OTHERS.length);
});
