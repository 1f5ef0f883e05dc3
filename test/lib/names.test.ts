import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '../..');

/** Names of one meaning: the entry of every function of Lambda; what every kind of device has; and kinds of object, named as its scripts name them. */
const SAME = ['handler', 'questions', 'read', 'probes', 'proofs', 'prove', 'tunnel', 'route', 'address'];

const EXPORTED = /^export (?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type) (\w+)/gm;

test('no two exported things of lib, lambdas and cli have one name', () => {
  const places = new Map<string, string[]>();
  for (const room of ['lib', 'lambdas', 'cli'])
    for (const file of readdirSync(join(PROJECT, room), { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.ts'))
        for (const [, name = ''] of readFileSync(join(PROJECT, room, file), 'utf8').matchAll(EXPORTED))
          places.set(name, [...(places.get(name) ?? []), `${room}/${file}`]);
  expect(places.size).toBeGreaterThan(400);
  const twice = [...places].filter(([name, files]) => files.length > 1 && !SAME.includes(name));
  expect(twice).toEqual([]);
});
