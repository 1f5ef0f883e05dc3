import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '../..');

/** What a person is told to do that can stop traffic. */
const REMEDY =
  /\b(?:remove (?:it|them|that)\b|tear it down|tear down without|synchronise (?:from|them|the group)\b|device group, (?:which|or)|makes? it anew|rebuild|(?:restart|reboot) (?:it|the)|delete (?:it|them)\b)/;
/** In a text of its own, which says so. */
const WARNING = /\bcuts?\b|\$\{BY_HAND\}/;

/** The lines in the sources of these rooms that hold text; a message stands on one line. */
const texts = ['lib', 'lambdas', 'cli', 'documents'].flatMap((room) =>
  readdirSync(join(PROJECT, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|sh)$/.test(name))
    .flatMap((name) =>
      readFileSync(join(PROJECT, room, name), 'utf8')
        .split('\n')
        .filter((line) => /[`"']/.test(line) && !/^\s*(?:\/\/|\/?\*|#)/.test(line))
        .map((line) => `${room}/${name}: ${line.trim()}`),
    ),
);

test('no remedy in any message cuts traffic without saying so', () => {
  const remedies = texts.filter((text) => REMEDY.test(text));
  expect(remedies.length).toBeGreaterThan(9);
  expect(remedies.filter((text) => !WARNING.test(text))).toEqual([]);
});
