import { parseArgs, type ParseArgsConfig } from 'node:util';
import {
  ACTIONS,
  HOST_ACTIONS,
  HOSTS_KINDS,
  type Action,
  type Command,
  type EventCommand,
  type Here,
  type HistoryCommand,
  type HostsKind,
  type LocalCommand,
  type LocalHostCommand,
  type PreflightCommand,
  type RunCommand,
  type StatusCommand,
  type Where,
} from './command';
import { readWhen, WHEN } from './when';

/** The command line breaks a rule: one sentence. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;
type Values = Readonly<Record<string, unknown>>;

const JSON_OPTION = { json: { type: 'boolean' } } as const;
const AWS = { region: { type: 'string' }, profile: { type: 'string' }, stack: { type: 'string' } } as const;
const HERE = { state: { type: 'string' }, hosts: { type: 'string' } } as const;
const ANYWHERE = { ...AWS, ...JSON_OPTION, local: { type: 'boolean' }, ...HERE } as const;
const RUN = { ...ANYWHERE, fresh: { type: 'boolean' }, fault: { type: 'string' } } as const;
const FORGET = { forget: { type: 'string', multiple: true } } as const;
const CHANGING = { ...RUN, ...FORGET, 'allow-interruption': { type: 'boolean' }, expect: { type: 'string' } } as const;

/** Where `local` serves when nothing else is said. */
export const PORT = 4517;
const LOCAL = { port: { type: 'string' }, ...HERE, fresh: { type: 'boolean' } } as const;

/** The options of each action. */
const OPTIONS: Readonly<Record<Action, Options>> = {
  plan: { ...RUN, ...FORGET, teardown: { type: 'boolean' }, commands: { type: 'boolean' } },
  apply: CHANGING,
  verify: RUN,
  teardown: CHANGING,
  pause: { ...ANYWHERE, until: { type: 'string' }, reason: { type: 'string' } },
  resume: ANYWHERE,
};

/** The options that say something of hosts on this machine. */
const LOCAL_ONLY = ['state', 'hosts', 'fresh', 'fault'] as const;

/**
 * Reads a command line.
 * @throws UsageError
 */
export function readArguments(args: readonly string[]): Command {
  const [name, ...rest] = args;
  if (name === undefined) throw new UsageError('A command is missing.');
  if (name === 'help' || args.includes('--help') || args.includes('-h')) return { does: 'help' };
  if (name === '--version' || name === 'version') return { does: 'version' };
  if (name === 'validate') return { does: 'validate', files: parse(name, rest, {}).positionals };
  if (name === 'local' && rest[0] === 'host') return readLocalHost(rest.slice(1));
  if (name === 'status') return readStatus(rest);
  if (name === 'history') return readHistory(rest);
  if (name === 'event') return readEvent(rest);
  if (name === 'preflight') return readPreflight(rest);
  if (name === 'local') return readLocal(rest);
  const action = ACTIONS.find((each) => each === name);
  if (!action)
    throw new UsageError(name.startsWith('-') ? `There is no option ${name}.` : `There is no command "${name}".`);
  return readRun(action, rest);
}

function readLocalHost(rest: readonly string[]): LocalHostCommand {
  const { values, positionals } = parse('local host', rest, HERE);
  const [host, word, ...more] = positionals;
  const action = HOST_ACTIONS.find((each) => each === word);
  if (host === undefined)
    throw new UsageError('local host needs the name of a host: an instance id, or a management address.');
  if (!action || more.length > 0)
    throw new UsageError(`local host ${host} needs what happens to it: ${HOST_ACTIONS.join(', ')}.`);
  return { does: 'local-host', host, action, ...hereIn(values) };
}

function readLocal(rest: readonly string[]): LocalCommand {
  const { values, positionals } = parse('local', rest, LOCAL);
  if (positionals.length > 0) throw new UsageError(`local takes no ${JSON.stringify(positionals[0])}.`);
  const { port = String(PORT), fresh = false } = values as { port?: string; fresh?: boolean };
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError(`--port ${port}: must be a number from 0 to 65535, 0 for any port that is free.`);
  return { does: 'local', port: Number(port), ...hereIn(values), fresh };
}

function readRun(action: Action, rest: readonly string[]): RunCommand {
  const { tunnel, values, text } = readTunnel(action, rest, OPTIONS[action]);
  if (action === 'pause' && text('reason') === undefined)
    throw new UsageError('pause needs --reason: say why, for whoever finds the tunnel paused.');
  return {
    does: 'run',
    action,
    tunnel,
    where: whereIn(action, values),
    json: values['json'] === true,
    teardown: values['teardown'] === true,
    fresh: values['fresh'] === true,
    fault: text('fault'),
    commands: values['commands'] === true,
    allowInterruption: values['allow-interruption'] === true,
    expect: text('expect'),
    forget: (values['forget'] as readonly string[] | undefined) ?? [],
    until: untilIn(text('until')),
    reason: text('reason'),
  };
}

function readStatus(rest: readonly string[]): StatusCommand {
  const { values, positionals } = parse('status', rest, { ...ANYWHERE, watch: { type: 'boolean' } });
  if (positionals.length > 1) throw new UsageError(`status takes one tunnel or none, not ${positionals.length}.`);
  if (positionals[0] !== undefined) refuseNoName(positionals[0]);
  const where = whereIn('status', values);
  if (where.local && values['watch'] === true)
    throw new UsageError('status --watch is for AWS: nothing happens on these hosts between two --local calls.');
  return {
    does: 'status',
    tunnel: positionals[0],
    where,
    json: values['json'] === true,
    watch: values['watch'] === true,
  };
}

function readHistory(rest: readonly string[]): HistoryCommand {
  const { tunnel, values, text } = readTunnel('history', rest, { ...ANYWHERE, limit: { type: 'string' } });
  const limit = text('limit') ?? '10';
  if (!/^[1-9][0-9]?$|^100$/.test(limit)) throw new UsageError(`--limit must be a number, 1 to 100, not "${limit}".`);
  return {
    does: 'history',
    tunnel,
    where: whereIn('history', values),
    json: values['json'] === true,
    limit: Number(limit),
  };
}

function readEvent(rest: readonly string[]): EventCommand {
  const { tunnel, values } = readTunnel('event', rest, AWS);
  return { does: 'event', tunnel, where: whereIn('event', values) };
}

function readPreflight(rest: readonly string[]): PreflightCommand {
  const options = { ...AWS, ...JSON_OPTION, 'no-plan': { type: 'boolean' } } as const;
  const { tunnel, values } = readTunnel('preflight', rest, options);
  return {
    does: 'preflight',
    tunnel,
    where: whereIn('preflight', values),
    json: values['json'] === true,
    plan: values['no-plan'] !== true,
  };
}

/** The one tunnel that a command is about, and its options. */
function readTunnel(command: string, rest: readonly string[], options: Options) {
  const { values, positionals } = parse(command, rest, options);
  const [tunnel, ...more] = positionals;
  if (tunnel === undefined) throw new UsageError(`${command} needs the name of a tunnel.`);
  if (more.length > 0) throw new UsageError(`${command} takes one tunnel, not ${positionals.length}.`);
  refuseNoName(tunnel);
  return { tunnel, values, text: (option: string) => values[option] as string | undefined };
}

/** A name goes into those of executions and parameters. @throws UsageError */
function refuseNoName(tunnel: string): void {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(tunnel))
    throw new UsageError(`"${tunnel}" is no name of a tunnel: 1 to 32 of lower case letters, digits, -.`);
}

/**
 * Reads what `npm start --` is told: on which hosts the tour is.
 * @throws UsageError
 */
export function readTourArguments(args: readonly string[]): HostsKind {
  const { values, positionals } = parse('npm start', args, { hosts: HERE.hosts });
  if (positionals.length > 0)
    throw new UsageError(`npm start takes nothing but -- --hosts KIND, not "${positionals[0]}".`);
  return hereIn(values).hosts ?? 'simulated';
}

function whereIn(command: string, values: Values): Where {
  const given = (options: readonly string[]): string | undefined => options.find((each) => values[each] !== undefined);
  if (values['local'] === true) {
    const foreign = given(['region', 'profile', 'stack']);
    if (foreign !== undefined) throw new UsageError(`${command}: --${foreign} is for AWS; --local is this machine.`);
    return { local: true, ...hereIn(values) };
  }
  const foreign = given(LOCAL_ONLY);
  if (foreign !== undefined)
    throw new UsageError(`${command}: --${foreign} is for hosts on this machine: say --local.`);
  return {
    local: false,
    region: values['region'] as string | undefined,
    profile: values['profile'] as string | undefined,
    stack: stackIn(values['stack'] as string | undefined),
  };
}

/** @throws UsageError */
function stackIn(stack: string | undefined): string | undefined {
  if (stack !== undefined && !/^[a-z][a-z0-9-]{0,15}$/.test(stack))
    throw new UsageError(`"${stack}" is no name of a stack: 1 to 16 of lower case letters, digits, -.`);
  return stack;
}

/** @throws UsageError */
function hereIn(values: Values): Here {
  const { state, hosts } = values as { state?: string; hosts?: string };
  const kind = HOSTS_KINDS.find((each) => each === hosts);
  if (hosts !== undefined && !kind)
    throw new UsageError(`--hosts must be one of ${HOSTS_KINDS.join(', ')}, not "${hosts}".`);
  return { state, hosts: kind };
}

function untilIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const until = readWhen(text, new Date());
  if (until === undefined) throw new UsageError(`--until must be ${WHEN} in the future, not "${text}".`);
  return until;
}

function parse(command: string, args: readonly string[], options: Options) {
  try {
    const parsed = parseArgs({ args: [...args], options, strict: true, allowPositionals: true, tokens: true });
    for (const token of parsed.tokens)
      if (token.kind === 'option' && token.value === '') throw new UsageError(`${token.rawName} needs a value.`);
    return parsed;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${command}: ${(error as Error).message.split(/\. |\n/)[0]!.replace(/\.?$/, '.')}`);
  }
}
