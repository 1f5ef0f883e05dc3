import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { RunRequest } from './run';
import type { Surroundings } from './surroundings';
import { HOSTS_KINDS, type Action, type HostsKind, type Where } from './where';

/**
 * A command: its options, its help, and what it does.
 * @param exit takes the exit code
 */
export type Define = (surroundings: Surroundings, exit: (code: number | Promise<number>) => Promise<void>) => Command;

/** The options of a command line contradict each other: one sentence. */
export class UsageError extends Error {}

/** An option that takes a text. */
export function text(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value) => {
    if (value === '') throw new InvalidArgumentError('It needs a value.');
    return value;
  });
}

/** A whole number in an option. */
export function wholeNumber(flags: string, description: string, least: number, most: number): Option {
  return new Option(flags, description).argParser((value) => {
    if (!/^[0-9]{1,5}$/.test(value) || Number(value) < least || Number(value) > most)
      throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
    return Number(value);
  });
}

/** The tunnel that a command is about. Its name goes into those of executions and parameters. */
export function tunnelArgument(flags = '<tunnel>'): Argument {
  return new Argument(flags, 'name of a tunnel, as in tunnels/NAME.yaml').argParser((name) => {
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(name))
      throw new InvalidArgumentError('It must be 1 to 32 of lower case letters, digits, -.');
    return name;
  });
}

const HERE = 'On this machine (default: on AWS):';

export interface HereOptions {
  readonly state?: string;
  readonly hosts?: HostsKind;
}

/** Hosts on this machine. */
export function onThisMachine(command: Command): Command {
  return command
    .addOption(hostsOption().helpGroup(HERE))
    .addOption(
      text(
        '--state <dir>',
        'where hosts and table are kept between calls (default: ~/.local/state/edge-ramp)',
      ).helpGroup(HERE),
    );
}

export function hostsOption(): Option {
  return new Option(
    '--hosts <kind>',
    'SIMULATED hosts, or nodes, Pods and BIG-IP as network namespaces of a kernel with real interfaces (default: as they are in the folder, else simulated)',
  ).choices(HOSTS_KINDS);
}

export interface AwsOptions {
  readonly region?: string;
  readonly profile?: string;
  readonly stack?: string;
}

/** A deployment on AWS. */
export function onAws(command: Command): Command {
  const group = 'On AWS:';
  const stack = new Option(
    '--stack <name>',
    'the deployment that was made with `cdk deploy --context stack=NAME`, beside others in the region',
  ).argParser((name) => {
    if (!/^[a-z][a-z0-9-]{0,15}$/.test(name))
      throw new InvalidArgumentError('It must be 1 to 16 of lower case letters, digits, -.');
    return name;
  });
  return command
    .addOption(text('--region <region>', "of AWS (default: AWS_REGION, or the profile's)").helpGroup(group))
    .addOption(
      text(
        '--profile <profile>',
        'of the AWS configuration files (default: AWS_PROFILE); AWS_ENDPOINT_URL counts, too',
      ).helpGroup(group),
    )
    .addOption(stack.helpGroup(group));
}

export interface WhereOptions extends AwsOptions, HereOptions {
  readonly local?: boolean;
}

/** A deployment on AWS, or with --local the lab on this machine. */
export function anywhere(command: Command): Command {
  const local = new Option(
    '--local',
    'the state machine of cdk.out (`npx cdk synth`), against hosts of this machine; refused where tunnels/ says something else than cdk.out',
  );
  return onThisMachine(onAws(command).addOption(local.conflicts(['region', 'profile', 'stack']).helpGroup(HERE)));
}

/** Where that is. @throws UsageError for an option of hosts on this machine without --local */
export function whereOf(options: WhereOptions & { readonly fresh?: boolean; readonly fault?: string }): Where {
  const { local, region, profile, stack, state, hosts } = options;
  if (local === true) return { local, state, hosts };
  const foreign = (['state', 'hosts', 'fresh', 'fault'] as const).find((name) => options[name] !== undefined);
  if (foreign !== undefined) throw new UsageError(`--${foreign} is for hosts on this machine: say --local.`);
  return { local: false, region, profile, stack };
}

export interface JsonOption {
  readonly json?: boolean;
}

export function jsonOption(): Option {
  return new Option('--json', 'one JSON document on stdout in place of text');
}

export interface RunOptions extends WhereOptions, JsonOption {
  readonly fresh?: boolean;
  readonly fault?: string;
}

/** A command that runs the state machine for one tunnel. */
export function aRun(action: Action, summary: string): Command {
  return anywhere(new Command(action).description(summary).addArgument(tunnelArgument()).addOption(jsonOption()));
}

/** A run that looks at devices: on this machine, commands on them may be spoiled. */
export function aRunOnDevices(action: Action, summary: string): Command {
  return aRun(action, summary)
    .addOption(new Option('--fresh', 'forget hosts and table first').helpGroup(HERE))
    .addOption(text('--fault <file>', 'spoil commands on hosts, see below').helpGroup(HERE))
    .addHelpText('after', FAULTS);
}

const FAULTS = `
A fault file is a JSON list. What never struck is told at the end:
  [{"host": NAME, "match": REGEX, "nth": 1, "effect": "fail-before" | "fail-after" | "hang"}]
  "host-gone", with "for": SECONDS until it is back; and for commands sent to an instance, where "match" is on the document and
  optional, with "times": N: "throttle", "lose-result", "undeliverable", "late-delivery"`;

/** A run that may change devices. */
export function aChange(action: Action, summary: string): Command {
  return aRunOnDevices(action, summary)
    .addOption(forget())
    .option('--allow-interruption', 'make changes that cut live traffic, too')
    .addOption(text('--expect <digest>', 'only if the plan (of a teardown: plan --teardown) still has this digest'));
}

export interface ChangeOptions extends RunOptions, ForgetOption {
  readonly allowInterruption?: boolean;
  readonly expect?: string;
}

export interface ForgetOption {
  readonly forget?: readonly string[];
}

export function forget(): Option {
  return new Option(
    '--forget <instance>',
    'a node that left the declaration, or (teardown) the site, is gone for good: nobody looks for it; may be given several times',
  ).argParser((instance: string, before: readonly string[] | undefined) => [...(before ?? []), instance]);
}

/** @param input what the state machine is given beside action and tunnel */
export function runOf(action: Action, name: string, options: RunOptions, input: object = {}): RunRequest {
  const { fresh = false, fault, json: asJson = false } = options;
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  return { input: { tunnel: name, action, ...given }, where: whereOf(options), json: asJson, fresh, fault };
}
