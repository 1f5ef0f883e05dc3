import { done, Refusal, say, type Answer } from '../answer';
import { text } from '../texts';
import { configSync, showPair } from './cm';
import { nextCommit, sharedText } from './commits';
import {
  CLASS_NAMES,
  kindOf,
  listing,
  listings,
  poolOf,
  put,
  remove,
  wordOf,
  type ClassName,
  type Configuration,
  type Setting,
} from './objects';
import type { Member } from './pair';
import { listSystem } from './system';
import { saveUnit, type BigIp, type DeviceGroup } from './unit';

/** Splits a line into words; braces and semicolons stand for themselves outside quotes. */
function lex(line: string): string[] {
  const words: string[] = [];
  const pattern = /\s*(?:([{};])|((?:"(?:[^"\\]|\\.)*"|\\.|[^\s{};"\\])+))/y;
  const end = line.trimEnd().length;
  while (pattern.lastIndex < end) {
    const found = pattern.exec(line.trimEnd());
    if (!found) throw new Refusal('usage'); // a quote that is not closed
    words.push(found[1] ?? found[2]!.replace(/"((?:[^"\\]|\\.)*)"/g, '$1').replace(/\\(.)/g, '$1'));
  }
  return words;
}

/** The words between a brace and its partner, and what follows. */
function braced(words: readonly string[]): { inner: string[]; rest: string[] } {
  let depth = 0;
  const close = words.findIndex((word) => (depth += word === '{' ? 1 : word === '}' ? -1 : 0) === 0);
  if (close < 0) throw new Refusal('unexpectedArgument', '{');
  return { inner: words.slice(1, close), rest: words.slice(close + 1) };
}

function classIn(words: readonly string[]): { name: ClassName; rest: string[] } {
  const line = `${words.join(' ').replace(/^\//, '')} `;
  const name = CLASS_NAMES.find((each) => line.startsWith(`${each} `));
  if (!name) throw new Refusal('notModelled', 'tmsh', words.join(' '));
  return { name, rest: words.slice(name.split(' ').length) };
}

function parseSettings(name: ClassName, words: readonly string[]): Setting[] {
  const settings: Setting[] = [];
  let rest = words[0] === '{' ? braced(words).inner : [...words];
  while (rest.length) {
    const [property = ''] = rest;
    rest = rest.slice(1);
    if (!kindOf(name, property)) throw new Refusal('unknownProperty', property);
    const verb = rest[1] === '{' ? (rest.shift() ?? '') : '';
    const value = rest[0] === '{' ? braced(rest) : { inner: rest.slice(0, 1), rest: rest.slice(1) };
    const isBlock = rest[0] === '{' || kindOf(name, property) === 'services' || kindOf(name, property) === 'text';
    if (!value.inner.length || (!isBlock && kindOf(name, property) === 'translation'))
      throw new Refusal('unexpectedArgument', rest[0] ?? property);
    settings.push({ property, verb, words: value.inner });
    rest = value.rest;
  }
  return settings;
}

const local = (name: string): string => name.replace(/^\/Common\//, '');

/** Words that tmsh reads as its own where a name may stand; behind a folder they are names. */
const OPTIONS = ['one-line', 'recursive', 'all-properties', 'non-default-properties', 'current-module', 'partition'];
const KEYWORDS = ['all', 'none', 'add', 'delete', 'modify', 'replace-all-with', ...OPTIONS];

function list(config: Configuration, words: readonly string[]): Answer {
  const { name, rest } = classIn(words);
  const others = rest.filter((word) => !OPTIONS.includes(word));
  const oneLine = rest.includes('one-line');
  // The first property named ends the names.
  const at = others.findIndex((word, i) => i > 0 && kindOf(name, word));
  const [named, only] = at < 0 ? [others, []] : [others.slice(0, at), others.slice(at)];
  if (oneLine && only.length) throw new Refusal('unknownProperty', 'one-line');
  const objects = named.length === 0 || named.includes('all') ? Object.keys(config[name]).sort() : named.map(local);
  return say(...objects.map((object) => listing(config, name, object, only, oneLine)));
}

/** `create`, `modify` and `delete` of one object, or with `all` of every one. */
function configure(config: Configuration, verb: string, words: readonly string[]): Answer {
  const { name, rest } = classIn(words);
  const [word = '', ...settings] = rest;
  if (KEYWORDS.includes(word) && (word !== 'all' || verb === 'create')) throw new Refusal('unexpectedArgument', word);
  for (const object of word === 'all' ? Object.keys(config[name]) : [local(word)])
    if (verb === 'delete') remove(config, name, object);
    else put(config, name, object, parseSettings(name, settings), verb === 'modify');
  return done();
}

function ofGroup(group: DeviceGroup | undefined, what: 'cm sync-status' | 'cm failover-status'): string {
  const { failover, sync } = group ?? { failover: 'ACTIVE', sync: 'Standalone' };
  const active = failover === 'ACTIVE';
  if (what === 'cm failover-status')
    return text('failoverStatus', active ? 'green' : 'gray', failover, active ? '1/1 active' : '1/1 standby');
  const color = sync === 'In Sync' ? 'green' : group ? 'yellow' : 'gray';
  return text('syncStatus', color, sync, group ? 'high-availability' : 'standalone', group ? sync : '');
}

/** How many connections a translation address has, `now` in the device's own seconds. */
function connectionsOf(bigip: BigIp, address: string, now: number): number {
  const { 'ltm snatpool': pools, 'ltm virtual': virtuals } = bigip.running;
  const having = Object.keys(pools).filter((pool) => (pools[pool]!['members'] as string[]).includes(address));
  if (!having.length) throw new Refusal('notFound', 'SNAT Translation Address', address);
  const connections = bigip.connections?.[address];
  if (!connections) return 0;
  const used = Object.values(virtuals).some((virtual) => having.includes(poolOf(virtual)));
  if (used) delete connections.since;
  else connections.since ??= now;
  const ended = Math.floor((now - (connections.since ?? now)) * (connections.endPerSecond ?? 0));
  return Math.max(0, connections.count - ended);
}

function show(bigip: BigIp, words: readonly string[], { now, member }: Surroundings): Answer {
  const what = words.join(' ');
  const ofPair = member && showPair(member, what, now);
  if (ofPair) return ofPair;
  if (what === 'sys mcp-state field-fmt') return say(text('mcpState'));
  if (what === 'cm sync-status' || what === 'cm failover-status') return say(ofGroup(bigip.group, what));
  const [, address] = /^ltm snat-translation (\S+) field-fmt raw$/.exec(what) ?? [];
  if (address !== undefined) {
    const count = connectionsOf(bigip, address, now);
    return say(text('translationState', address, address, count, count));
  }
  const { name, rest } = classIn(words);
  const [object = '', format] = rest;
  if (name !== 'ltm virtual' || format !== 'field-fmt') throw new Refusal('notModelled', 'tmsh', `show ${what}`);
  const virtual = bigip.running[name][local(object)];
  if (!virtual) throw new Refusal('notFound', 'Virtual Server', local(object));
  const state = bigip.offline.includes(local(object))
    ? ['offline', 'The children pool member(s) are down']
    : ['available', 'The virtual server is available'];
  return say(text('virtualState', local(object), wordOf(virtual, 'destination'), ...state));
}

/** What a command line meets beside the unit that it is typed on. */
export interface Surroundings {
  /** BIG-IP's own ping, with its arguments. */
  readonly ping: (args: readonly string[]) => Answer | Promise<Answer>;
  /** The device's own seconds. */
  readonly now: number;
  /** The pair that the unit is of. */
  readonly member: Member | undefined;
}

const pinged = async (ping: Surroundings['ping'], args: readonly string[]): Promise<Answer> => ({
  ...(await ping(args)),
  code: 0,
});

/** Changes a unit's configuration; where its pair shares what was changed, the unit has a new commit. */
function committed({ member, now }: Surroundings, change: () => Answer): Answer {
  if (!member) return change();
  const { self } = member;
  const before = sharedText(self);
  try {
    return change();
  } finally {
    if (sharedText(self) !== before) self.device.commit = nextCommit(self, self.device.commit, now);
  }
}

/** One command outside a transaction. */
function single(bigip: BigIp, words: readonly string[], around: Surroundings): Answer | Promise<Answer> {
  const { ping, now, member } = around;
  const [verb = '', ...rest] = words;
  const what = words.join(' ');
  if (verb === 'create' || verb === 'modify' || verb === 'delete')
    return committed(around, () => configure(bigip.running, verb, rest));
  if (verb === 'list') return listSystem(bigip, member, rest) ?? list(bigip.running, rest);
  if (verb === 'show') return show(bigip, rest, around);
  if (what.startsWith('run cm config-sync ')) return configSync(member, rest.slice(2), now);
  if (what === 'cd /Common') return say();
  if (what.startsWith('run util ping ') || what.startsWith('run /util ping ')) return pinged(ping, rest.slice(2)); // judge by the text: whether tmsh passes ping's code on is not known
  if (what === 'save sys config') {
    saveUnit(bigip);
    return done(text('saved'));
  }
  if (what === 'load sys config')
    return committed(around, () => {
      bigip.running = structuredClone(bigip.saved);
      return done();
    });
  if (['cli', 'run', 'save', 'load', 'submit', 'install', 'cd'].includes(verb))
    throw new Refusal('notModelled', 'tmsh', what);
  throw new Refusal('unexpectedArgument', verb);
}

/**
 * Runs one tmsh command line: commands separated by ";", which stops at the first that is refused. Between `create cli transaction` and
 * `submit cli transaction` they work on a copy that replaces the running configuration as a whole.
 */
export async function tmsh(bigip: BigIp, line: string, around: Surroundings): Promise<Answer> {
  let total: Answer = say();
  let transaction: Configuration | undefined;
  const add = (answer: Answer): void => {
    const seconds = (total.seconds ?? 0) + (answer.seconds ?? 0);
    total = {
      code: answer.code,
      out: total.out + answer.out,
      err: answer.err,
      writes: (total.writes || answer.writes) ?? false,
      seconds,
    };
  };
  try {
    const commands = lex(line).reduce<string[][]>(
      (all, word) => (word === ';' ? [...all, []] : [...all.slice(0, -1), [...all.at(-1)!, word]]),
      [[]],
    );
    for (const words of commands.filter((each) => each.length)) {
      const what = words.join(' ');
      if (what === 'create cli transaction') transaction = structuredClone(bigip.running);
      else if (what === 'submit cli transaction' && transaction) {
        const next = transaction;
        transaction = undefined;
        add(
          committed(around, () => {
            bigip.running = next;
            return done();
          }),
        );
      } else if (!transaction) add(await single(bigip, words, around));
      else if (['create', 'modify', 'delete'].includes(words[0]!)) configure(transaction, words[0]!, words.slice(1));
      else throw new Refusal('notModelled', 'tmsh', `${what} in a transaction`);
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    add(error.answer);
  }
  return total;
}

/** Running and saved configuration as text. */
export const dumpBigIp = (bigip: BigIp): string =>
  (['running', 'saved'] as const).flatMap((which) => [`# ${which}`, ...listings(bigip[which])]).join('\n');
