import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleCommands } from './bash-words';

const DOCUMENTS = join(__dirname, '../../documents');

/** The shell's own words, where a command may stand. */
const BUILTINS = [
  '} [ [[ : . fi done for case esac function local declare export read printf echo set shift return exit true false trap',
  'exec kill wait disown command unset break continue cd umask mapfile',
].flatMap((line) => line.split(' '));

/** What stands before the program proper, and how many words that takes. */
const WRAPPERS: Readonly<Record<string, number>> = {
  run: 1,
  ask: 2,
  capture: 1,
  capture_unlimited: 1,
  consult: 1,
  without_rule: 3,
  expect: 2,
  '"${ovs[@]}"': 1,
};

/** tmsh's lines, which are words of bash only by halves. */
const TMSH =
  /\btmsh -[a-z -]*[a-z]|\b(?:create|modify|delete|list|show|run|save|load|submit) (?:cli|cm|ltm|net|sys|util) ?(?:tunnels tunnel|[a-z-]+)?/g;

/** Every command that the documents send to a device or run beside it, as the ledger calls them: `ip tunnel add`, `oc get node`, `flock`. */
export function documentCommands(): readonly string[] {
  const scripts = readdirSync(DOCUMENTS)
    .filter((name) => name.endsWith('.sh'))
    .map((name) => [name, readFileSync(join(DOCUMENTS, name), 'utf8')] as const);
  const functions = scripts.flatMap(([, text]) => [...text.matchAll(/^([a-z_]+)\(\)/gm)].map(([, name]) => name!));
  const own = new Set([...functions, ...BUILTINS]);
  const programs = scripts
    .flatMap(([name, text]) => simpleCommands(text).flatMap((words) => named(name, words)))
    .filter((name) => !own.has(name));
  const tmsh = scripts
    .filter(([name]) => name.startsWith('bigip-'))
    .flatMap(([, text]) => text.replace(/^ *#.*$/gm, '').match(TMSH) ?? [])
    .map((line) => `tmsh ${line.trim().replace(/^tmsh /, '')}`);
  return [...new Set([...programs, ...tmsh])].toSorted();
}

/** What one simple command of a script runs: wrappers count with what they wrap, tmsh's words not at all. */
function named(script: string, words: readonly string[]): string[] {
  const [first = '', ...rest] = words;
  const plain = rest.filter((word) => !/^["-]/.test(word));
  if (/^[A-Za-z_]+=/.test(first)) return named(script, rest);
  if (first === 'expect' && script.startsWith('bigip-')) return [];
  if (first === 'exec') return named(script, rest);
  if (first in WRAPPERS) return named(script, words.slice(WRAPPERS[first]));
  if (first === 'timeout') return ['timeout', ...named(script, rest.slice(1))];
  if (first === 'adm') return named(script, ['oc', ...words]);
  if (first === 'look_at') return named(script, ['oc', ...words.slice(2)]);
  if (first === 'debug') return named(script, ['oc', ...words]);
  if (['change', 'look', 'ask_oc', '"${oc[@]}"'].includes(first)) return named(script, ['oc', ...rest]);
  if (first === 'oc')
    return plain.length === 0
      ? []
      : plain[0] === 'debug'
        ? ['oc debug']
        : [`oc ${plain.slice(0, plain[1] === 'policy' ? 3 : 2).join(' ')}`];
  if (first === 'ip') return [`ip ${plain.slice(0, 2).join(' ')}`];
  if (first === 'lacks_rule') return named(script, ['iptables', ...rest]);
  if (first === 'iptables') {
    const at = rest.findIndex((word) => /^-[A-Z]$/.test(word));
    if (at < 0) return []; // its words are with who calls it
    return [`iptables ${rest.includes('nat') ? '-t nat ' : ''}${rest[at]} ${rest[at + 1]}`];
  }
  if (first === 'ovs-ofctl') return [`ovs-ofctl ${plain.find((word) => word !== 'OpenFlow13')}`];
  if (/^(?:ovs-.*|systemctl)$/.test(first)) return [`${first} ${plain[0]}`];
  if (first === 'tmsh') return [];
  return /^[a-z][a-z0-9-]*$/.test(first) ? [first] : [];
}
