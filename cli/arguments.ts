import { parseArgs, type ParseArgsConfig } from 'node:util';
import { HOST_ACTIONS, type HostAction } from '../lab/hosts/host';

const ACTIONS = ['plan', 'apply', 'verify', 'teardown'] as const;
export type Action = (typeof ACTIONS)[number];

/** What was asked for, in a form that needs no further checks of its own. */
export type Command =
  | { readonly does: 'help' }
  | { readonly does: 'version' }
  | { readonly does: 'validate'; readonly files: readonly string[] }
  | LocalCommand
  | LocalHostCommand
  | RunCommand;

/** The lab as a server. */
export interface LocalCommand {
  readonly does: 'local';
  readonly port: number;
  /** As in a run. */
  readonly state: string | undefined;
  readonly fresh: boolean;
}

/** Something done to a simulated host. */
export interface LocalHostCommand {
  readonly does: 'local-host';
  /** Instance id, or a BIG-IP's management address. */
  readonly host: string;
  readonly action: HostAction;
  /** Folder that keeps hosts and table; undefined: the user's own. */
  readonly state: string | undefined;
}

/** One run of the state machine. */
export interface RunCommand {
  readonly does: 'run';
  readonly action: Action;
  readonly tunnel: string;
  readonly json: boolean;
  /** Folder that keeps hosts and table; undefined: the user's own. */
  readonly state: string | undefined;
  readonly fresh: boolean;
  readonly fault: string | undefined;
  /** Show the commands that the plan would run. */
  readonly commands: boolean;
  readonly allowInterruption: boolean;
  readonly expect: string | undefined;
  /** Instance ids of ramp nodes that are gone for good. */
  readonly forget: readonly string[];
}

/** The command line breaks a rule: one sentence. */
export class UsageError extends Error {}

const COMMON = {
  local: { type: 'boolean' },
  json: { type: 'boolean' },
  state: { type: 'string' },
  fresh: { type: 'boolean' },
  fault: { type: 'string' },
} as const;
const FORGET = { forget: { type: 'string', multiple: true } } as const;
const CHANGING = {
  ...COMMON,
  ...FORGET,
  'allow-interruption': { type: 'boolean' },
  expect: { type: 'string' },
} as const;

/** Where `local` serves when nothing else is said. */
const PORT = 4517;
const LOCAL = { port: { type: 'string' }, state: { type: 'string' }, fresh: { type: 'boolean' } } as const;

/** The options of each action. */
const OPTIONS: Readonly<Record<Action, NonNullable<ParseArgsConfig['options']>>> = {
  plan: { ...COMMON, ...FORGET, commands: { type: 'boolean' } },
  apply: CHANGING,
  verify: COMMON,
  teardown: CHANGING,
};

export const USAGE = `Usage:
  edge-ramp validate [FILE...]          check declarations (all of tunnels/ unless named)
  edge-ramp plan     TUNNEL --local     show what an apply would change
  edge-ramp apply    TUNNEL --local     build, repair or change the tunnel, and prove it
  edge-ramp verify   TUNNEL --local     prove that the tunnel stands as declared
  edge-ramp teardown TUNNEL --local     take the tunnel away
  edge-ramp local                       the same on this machine as a server for the AWS CLI, until interrupted
  edge-ramp local host NAME ACTION      what happens to a simulated host: ${HOST_ACTIONS.join(', ')}
`;

export const HELP = `edge-ramp builds, proves, repairs and removes the tunnel between an F5 BIG-IP and the Pods of an OpenShift cluster.

${USAGE}  edge-ramp help | --version

Options of plan, apply, verify and teardown:
  --local               on this machine: the state machine of cdk.out (\`npx cdk synth\`) against SIMULATED hosts
  --json                one JSON document on stdout instead of text
  --state DIR           where hosts and table are kept between calls (default: ~/.local/state/edge-ramp)
  --fresh               forget them first
  --fault FILE          spoil commands on hosts, a JSON list:
                        [{"host": NAME, "match": REGEX, "nth": 1, "effect": "fail-before" | "fail-after" | "hang"}]
                        "host-gone", with "for": SECONDS until it is back; and for commands sent to an instance, where "match" is
                        on the document and optional, with "times": N: "throttle", "lose-result", "late-delivery"
  --commands            plan only: the exact commands that the plan would run
  --allow-interruption  apply, teardown: make changes that cut live traffic, too
  --expect DIGEST       apply, teardown: only if the plan is still the one with this digest
  --forget INSTANCE     plan, apply, teardown: a node that left the declaration, or (teardown) the site, is gone for good:
                        nobody looks for it; may be given several times

Options of local:
  --port N              port on 127.0.0.1 (default: ${PORT}; 0: any that is free)
  --state DIR, --fresh  as above

Exit codes: 0 success; 1 failed, everything is as before; 2 mistakes in a declaration, request or fault file;
3 something is left over or the run was interrupted; 64 wrong usage.
`;

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
  if (name === 'local') return readLocal(rest);
  const action = ACTIONS.find((each) => each === name);
  if (!action)
    throw new UsageError(name.startsWith('-') ? `There is no option ${name}.` : `There is no command "${name}".`);
  return readRun(action, rest);
}

function readLocalHost(rest: readonly string[]): LocalHostCommand {
  const { values, positionals } = parse('local host', rest, { state: { type: 'string' } });
  const [host, word, ...more] = positionals;
  const action = HOST_ACTIONS.find((each) => each === word);
  if (host === undefined)
    throw new UsageError('local host needs the name of a host: an instance id, or a management address.');
  if (!action || more.length > 0)
    throw new UsageError(`local host ${host} needs what happens to it: ${HOST_ACTIONS.join(', ')}.`);
  return { does: 'local-host', host, action, state: values['state'] as string | undefined };
}

function readLocal(rest: readonly string[]): LocalCommand {
  const { values, positionals } = parse('local', rest, LOCAL);
  if (positionals.length > 0) throw new UsageError(`local takes no ${JSON.stringify(positionals[0])}.`);
  const { port = String(PORT), state, fresh = false } = values as { port?: string; state?: string; fresh?: boolean };
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError(`--port ${port}: must be a number from 0 to 65535, 0 for any port that is free.`);
  return { does: 'local', port: Number(port), state, fresh };
}

function readRun(action: Action, rest: readonly string[]): RunCommand {
  const { values, positionals } = parse(action, rest, OPTIONS[action]);
  const [tunnel, ...more] = positionals;
  if (tunnel === undefined) throw new UsageError(`${action} needs the name of a tunnel.`);
  if (more.length > 0) throw new UsageError(`${action} takes one tunnel, not ${positionals.length}.`);
  if (values['local'] !== true)
    throw new UsageError(
      `${action} runs on this machine only, so say --local; on AWS, start an execution of the state machine edge-ramp instead.`,
    );
  const text = (option: string): string | undefined => values[option] as string | undefined;
  return {
    does: 'run',
    action,
    tunnel,
    json: values['json'] === true,
    state: text('state'),
    fresh: values['fresh'] === true,
    fault: text('fault'),
    commands: values['commands'] === true,
    allowInterruption: values['allow-interruption'] === true,
    expect: text('expect'),
    forget: (values['forget'] as readonly string[] | undefined) ?? [],
  };
}

function parse(command: string, args: readonly string[], options: NonNullable<ParseArgsConfig['options']>) {
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
