import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * RHEL 7, on which OpenShift 3 runs, has bash 4.2. There an array without elements counts as unset, and with `set -u` its expansion ends the script (LX-14).
 */

const DOCUMENTS = join(__dirname, '../../../documents');

/** Arrays that have an element wherever they are expanded, and why. */
const NEVER_EMPTY: Readonly<Record<string, string>> = {
  ovs: 'begins with env',
  oc: 'begins with oc',
  rule: 'input_rule and nat_rule fill it',
  operations: 'a command has one',
  questions: 'a look has one',
  all: 'the same questions',
  objects: 'read_goal refuses a goal without any',
  missing: 'put_back ends before, and judge_flows appends to it',
  flows: 'examine asks before judge_flows',
  lines: 'remember has just added one, and observe_keeper asks before',
  words: 'begins with a command',
  ssh_options: 'open_session fills it',
  lanes: 'tmsh_ask has lines',
  alone: 'tmsh_ask has lines',
  virtuals: 'asked for before, or an operation names one',
  paths: 'an operation names one',
  flat: 'its first words were matched before',
  addresses: 'asked for before',
  pings: 'asked for before',
};

const scripts = readdirSync(DOCUMENTS)
  .filter((file) => file.endsWith('.sh'))
  .map((file) => ({ file, text: readFileSync(join(DOCUMENTS, file), 'utf8') }));
const lines = scripts.flatMap(({ file, text }) =>
  text.split('\n').map((line, i) => ({ line, at: `${file}:${i + 1}` })),
);

const expanded = lines
  .flatMap(({ line, at }) =>
    [...line.matchAll(/(?<!\+")\$\{([a-z_]+)\[[@*]\](?![-+])/g)].map(([, name]) => ({ name: name!, at })),
  )
  .filter(({ name }) => name !== 'BASH_REMATCH');

test('an array that may have no element is expanded with a default: ${name[*]-} or ${name[@]+"${name[@]}"}', () =>
  expect(expanded.filter(({ name }) => NEVER_EMPTY[name] === undefined)).toEqual([]));

test('of those that always have one each is expanded somewhere', () =>
  expect(Object.keys(NEVER_EMPTY).filter((name) => !expanded.some((each) => each.name === name))).toEqual([]));

// A later bash makes an exception for an empty format ("Allow printf -v var "" to act like var=""", its builtins/printf.def); whether 4.2 does was not tried.
test('a variable is emptied by `printf -v NAME %s`, since an old bash may leave it as it was for a format without a sign', () =>
  expect(lines.filter(({ line }) => /printf -v \S+ (''|"")/.test(line))).toEqual([]));

// 4.2.45 took a part of the lines for the name of a file: tried. The brackets of $(...) it counts rightly.
test('commands whose output is read by `<(...)` have no case, of whose patterns 4.2 takes the bracket for the end of them', () => {
  const inside = scripts.flatMap(({ text }) =>
    [...text.matchAll(/<\((?:\n[^]*?\n\s*\)|[^\n]*\))/g)].map(([all]) => all),
  );
  expect(inside.length).toBeGreaterThan(2);
  expect(inside.filter((all) => /\bcase\b/.test(all.replaceAll(/#.*/g, '')))).toEqual([]);
});
