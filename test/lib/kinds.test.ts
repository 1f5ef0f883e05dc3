import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { KINDS } from '../../lib/tunnel/plan/devices';

const PROJECT = join(__dirname, '../..');

/** What names all kinds for another reason than to decide what a kind decides. A folder: all of it. */
const OTHERS = [
  // Fields of a declaration, which are called alike. The room is below the kinds of device and imports none.
  'lib/tunnel/declaration/',
  'cli/init/questions.ts',
  // The names of the states, in the order of a run: which kinds take part in a stage is the procedure, and is read here.
  'lib/stack/workflow/definition.ts',
  // A picture, where each kind has its own place and its own addresses. The titles are the kinds'.
  'cli/page/model/scene.ts',
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
  const reasons = naming.map((file) => OTHERS.find((other) => file.startsWith(other)) ?? file);
  expect(new Set(reasons)).toEqual(new Set(OTHERS));
});
