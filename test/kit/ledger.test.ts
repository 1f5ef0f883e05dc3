import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BIGIP } from '../../kit/bigip';
import { CLUSTER } from '../../kit/cluster';
import { NODE } from '../../kit/node';
import { PAIR } from '../../kit/pair';
import { documentCommands } from './commands';

const PROJECT = join(__dirname, '../..');
const text = readFileSync(join(PROJECT, 'docs/field-truth.md'), 'utf8');
const [, ledger = ''] = /\n## The ledger\n([^]*?)\n## /.exec(text) ?? [];

interface Row {
  readonly commands: readonly string[];
  readonly answer: string;
  readonly binary: string;
  readonly facts: string;
}
const rows: readonly Row[] = [...ledger.matchAll(/^\| (`.*)\|$/gm)].map(([, cells]) => {
  const [command, answer, binary, facts] = cells!.split(' |').map((cell) => cell.trim().replace(/^\| /, ''));
  return {
    commands: [...command!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
    answer: answer!,
    binary: binary!,
    facts: facts!,
  };
});
const REAL = ['kernel hosts', 'ovs', 'ovn', 'vip', 'scripts', 'old-tools', 'none'];

test('every command of the documents has one row, and every row its commands', () =>
  expect(rows.flatMap(({ commands }) => commands).toSorted()).toEqual(documentCommands()));

test('every row says what is read, and with which evidence', () => {
  for (const { answer, binary, facts } of rows) {
    expect(answer).not.toBe('');
    expect(REAL).toEqual(expect.arrayContaining(binary.split(', ')));
    expect(facts).toMatch(/[A-Z]+-\d|unverified|measured/);
  }
});

test('what no real binary has shown rests on a fact, or is called unverified', () => {
  for (const { binary, facts } of rows.filter((row) => row.binary === 'none'))
    expect(`${binary}: ${facts}`).toMatch(/(?:OC|OS|OVN|LX|BIP|AWS)-\d|unverified/);
});

test('every fact that the ledger names is there', () => {
  const named = rows.flatMap(({ facts }) => facts.match(/\b(?:OC|OS|OVN|LX|BIP|AWS)-\d+/g) ?? []);
  expect(named.filter((id) => !text.includes(`**${id}**`))).toEqual([]);
});

test('every test and every script that the ledger names is there', () => {
  const files = text.slice(text.indexOf('## The ledger')).match(/\b(?:test|kit|docs)\/[\w/.-]+\.(?:test\.ts|sh)/g)!;
  expect(files.length).toBeGreaterThan(4);
  expect(files.filter((file) => !existsSync(join(PROJECT, file)))).toEqual([]);
  const readers = rows.flatMap(({ answer }) => answer.match(/`[\w/-]+\.ts`/g) ?? []);
  expect(readers.filter((name) => !existsSync(join(PROJECT, 'lib/tunnel', name.replaceAll('`', ''))))).toEqual([]);
});

test('"kit" stands behind the facts that the kit asks, and all that it asks stand in the ledger or the section on the kit', () => {
  const marked = text.slice(text.indexOf('## The ledger')).match(/\b[A-Z]+-\d+(?:, [A-Z]+-\d+)* \(kit\)/g)!;
  const ids = new Set(marked.flatMap((each) => each.match(/[A-Z]+-\d+/g)!));
  const asked = new Set([...BIGIP, ...PAIR, ...CLUSTER, ...NODE].map(({ id }) => id));
  expect([...asked].filter((id) => !ids.has(id))).toEqual([]);
});
