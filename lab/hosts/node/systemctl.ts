import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { done, Refusal, say, type Answer } from '../answer';
import { text } from '../texts';
import { rebuildBridge, startNode, type Node, type Unit } from './node';

export const UNIT_FILES = 'etc/systemd/system';

/** The command line of a service's unit file, if there is one. */
function commandOf(root: string, name: string): string | undefined {
  const file = join(root, UNIT_FILES, `${name}.service`);
  return existsSync(file) ? /^ExecStart=(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}

function change(node: Node, name: string, { enabled, process }: Unit): void {
  delete node.units[name];
  if (enabled || process !== undefined) node.units[name] = { enabled, ...(process === undefined ? {} : { process }) };
}

/** systemd's `systemctl` for services with a unit file below the host's root. Unit files are read when a service starts, `daemon-reload` or not. */
export function systemctl(node: Node, root: string, args: readonly string[]): Answer {
  const flags = args.filter((word) => word.startsWith('-'));
  const [verb = '', word, ...more] = args.filter((each) => !each.startsWith('-'));
  if (args.join(' ') === 'daemon-reload') return done();
  const run = VERBS[verb];
  if (!run || !word || more.length || flags.some((flag) => !['--now', '--quiet', '-q'].includes(flag)))
    throw new Refusal('notModelled', 'systemctl', args.join(' '));
  const name = word.replace(/\.service$/, '');
  const answer = run(node, name, node.units[name] ?? { enabled: false }, commandOf(root, name));
  const follow = flags.includes('--now') ? { enable: 'start', disable: 'stop' }[verb] : undefined;
  if (follow) systemctl(node, root, [follow, name]);
  return flags.includes('-q') || flags.includes('--quiet') ? { ...answer, out: '' } : answer;
}

type Verb = (node: Node, name: string, unit: Unit, command: string | undefined) => Answer;
const start =
  (verb: 'start' | 'restart'): Verb =>
  (node, name, { enabled, process }, command) => {
    if (command === undefined) throw new Refusal('unitStart', verb, name);
    change(node, name, { enabled, process: verb === 'start' ? (process ?? command) : command });
    return done();
  };
const VERBS: Readonly<Record<string, Verb>> = {
  'is-active': (_, __, { process }) => ({ ...say(process ? 'active' : 'inactive'), code: process ? 0 : 3 }),
  'is-enabled': (_, name, { enabled }, command) => {
    if (!enabled && command === undefined) throw new Refusal('unitState', name);
    return { ...say(enabled ? 'enabled' : 'disabled'), code: enabled ? 0 : 1 };
  },
  enable: (node, name, unit, command) => {
    if (command === undefined) throw new Refusal('unitFile');
    change(node, name, { ...unit, enabled: true });
    return { ...done(), err: unit.enabled ? '' : `${text('unitEnabled', name, name)}\n` };
  },
  disable: (node, name, unit, command) => {
    if (!unit.enabled && command === undefined) throw new Refusal('unitFile');
    change(node, name, { ...unit, enabled: false });
    return { ...done(), err: unit.enabled ? `${text('unitDisabled', name)}\n` : '' };
  },
  start: start('start'),
  restart: start('restart'),
  stop: (node, name, { enabled, process }, command) => {
    if (process === undefined && command === undefined) throw new Refusal('unitStop', name, name);
    change(node, name, { enabled });
    return done();
  },
};

/** A node comes up again: what was only in its memory is gone, the SDN makes br0 anew, and enabled services start. */
export function reboot(node: Node, root: string): void {
  const enabled = Object.keys(node.units).filter((name) => node.units[name]!.enabled);
  Object.assign(node, startNode(node.settings));
  if (node.settings.plugin !== 'ovn') rebuildBridge(node); // tun0 never has the MAC of last time
  for (const name of enabled) {
    const process = commandOf(root, name);
    change(node, name, { enabled: true, ...(process === undefined ? {} : { process }) });
  }
}
