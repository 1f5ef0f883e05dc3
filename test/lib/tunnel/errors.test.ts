import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CODES, DeviceRefused, InvalidRequest, OutcomeUnknown } from '../../../lib/tunnel/errors/errors';

const ROOT = join(__dirname, '..', '..', '..');

test('no error carries a control character of what a device said, into a cause, a notice or a terminal', () => {
  const said = '\u001b]0;owned\u0007 \u202Etxt\u0000\u2028\r\u009b2J';
  for (const error of [new DeviceRefused('command-refused', said), new OutcomeUnknown('device-silent', said)])
    expect(error.message).toBe('\\u{1b}]0;owned\\u{7} \\u{202e}txt\\u{0}\\u{2028}\\u{d}\\u{9b}2J');
});

test('a list of mistakes keeps its lines', () => {
  const { name, code, message } = new InvalidRequest('declaration-invalid', 'one\ntwo');
  expect([name, code, message]).toEqual(['InvalidRequest', 'declaration-invalid', 'one\ntwo']);
});

test('the runbook lists every code of every error, and no other', () => {
  const [, section = ''] = readFileSync(join(ROOT, 'docs', 'RUNBOOK.md'), 'utf8').split('\n## Codes\n');
  const rows = section.split('\n## ')[0]!.matchAll(/^\| `(\w+)` +\| `([a-z0-9-]+)` +\|/gm);
  const listed = [...rows].map(([, error, code]) => `${error} ${code}`);
  const known = Object.entries(CODES).flatMap(([error, codes]) => codes.map((code) => `${error} ${code}`));
  expect(listed).toEqual(known);
});

/** The sources, by path. */
const sources = ['lib', 'lambdas', 'cli'].flatMap((room) =>
  readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [`${room}/${file}`, readFileSync(join(ROOT, room, file), 'utf8')] as const),
);

test('every code is thrown somewhere', () => {
  const others = sources.filter(([file]) => file !== 'lib/tunnel/errors/errors.ts').map(([, text]) => text);
  const codes = Object.values(CODES).flat();
  expect(codes.filter((code) => !others.some((text) => text.includes(`'${code}'`)))).toEqual([]);
});

test('no text of an error, a cause or a sentence decides anything', () => {
  const reads =
    /\b(?:message|cause|sentence)\)?\.(?:includes|startsWith|endsWith|match|search|indexOf)\(|\.(?:test|exec)\([^)]*\b(?:message|cause|sentence)\b/;
  expect(sources.filter(([, text]) => reads.test(text)).map(([file]) => file)).toEqual([]);
});
