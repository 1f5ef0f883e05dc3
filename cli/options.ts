import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { needsAgreement } from './agreement';
import { run, type RunOptions } from './run';
import type { Surroundings } from './surroundings';
import { HOSTS_KINDS, type Action } from './where';

/** Takes a command's exit code. */
export type Exit = (code: number | Promise<number>) => Promise<void>;

/** A command: its options, its help, and what it does. */
export type Define = (surroundings: Surroundings, exit: Exit) => Command;

/** Takes a text of a certain shape. */
function shaped(shape: RegExp, rule: string) {
  return (typed: string): string => {
    if (!shape.test(typed)) throw new InvalidArgumentError(rule);
    return typed;
  };
}

export function text(flags: string, description: string): Option {
  return new Option(flags, description).argParser(shaped(/./s, 'It needs a value.'));
}

export function wholeNumber(flags: string, description: string, least: number, most: number): Option {
  return new Option(flags, description).argParser((value) => {
    if (!/^[0-9]{1,5}$/.test(value) || Number(value) < least || Number(value) > most)
      throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
    return Number(value);
  });
}

/** The tunnel that a command is about. Its name goes into those of executions and parameters. */
export function tunnelArgument(flags = '<tunnel>'): Argument {
  return new Argument(flags, 'name of a tunnel, as in tunnels/NAME.yaml').argParser(
    shaped(/^[a-z][a-z0-9-]{0,31}$/, 'It must be 1 to 32 of lower case letters, digits, -.'),
  );
}

const HERE = 'On this machine (default: on AWS):';

/** Hosts on this machine. @param group over its options in the help */
export function onThisMachine(command: Command, group = 'Options:'): Command {
  const folder = 'where hosts and table are kept between calls (default: ~/.local/state/edge-ramp)';
  return command.addOption(hostsOption().helpGroup(group)).addOption(text('--state <dir>', folder).helpGroup(group));
}

export function hostsOption(): Option {
  return new Option(
    '--hosts <kind>',
    'SIMULATED hosts, or nodes, Pods and BIG-IP as network namespaces of a kernel with real interfaces (default: as they are in the folder, else simulated)',
  ).choices(HOSTS_KINDS);
}

export function onAws(command: Command): Command {
  const profile = 'of the AWS configuration files (default: AWS_PROFILE); AWS_ENDPOINT_URL counts, too';
  const stack = new Option(
    '--stack <name>',
    'the deployment that was made with `cdk deploy --context stack=NAME`, beside others in the region',
  ).argParser(shaped(/^[a-z][a-z0-9-]{0,15}$/, 'It must be 1 to 16 of lower case letters, digits, -.'));
  const region = text('--region <region>', "of AWS (default: AWS_REGION, or the profile's)");
  for (const option of [region, text('--profile <profile>', profile), stack])
    command.addOption(option.helpGroup('On AWS:'));
  return command;
}

/** A command for AWS alone. @param instead what a person does on this machine: who has tried other commands with --local tries it here, too */
export function onAwsAlone(command: Command, instead: string): Command {
  return onAws(command)
    .addOption(new Option('--local').hideHelp())
    .on('option:local', () => command.error(`error: ${command.name()} is for AWS, without --local: ${instead}`));
}

/** A deployment on AWS, or with --local the lab on this machine: without it, the lab's options are wrong usage. */
export function anywhere(command: Command): Command {
  const local = new Option(
    '--local',
    'the state machine of cdk.out (`npx cdk synth`), against hosts of this machine; refused where tunnels/ says something else than cdk.out',
  );
  const here = local.conflicts(['region', 'profile', 'stack']).helpGroup(HERE);
  return onThisMachine(onAws(command).addOption(here), HERE).hook('preAction', () => {
    const given: RunOptions = command.opts();
    const foreign = (['state', 'hosts', 'fresh', 'fault'] as const).find((name) => given[name] !== undefined);
    if (given.local !== true && foreign !== undefined)
      command.error(`error: --${foreign} is for hosts on this machine: say --local.`);
  });
}

export function jsonOption(): Option {
  return new Option('--json', 'one JSON document on stdout in place of text');
}

/** What can be asked for of every tunnel. */
const OF_ALL: readonly Action[] = ['plan', 'apply'];

/** A command that runs the state machine for one tunnel, or for every one. Its options are the run's. */
export function aRun(action: Action, summary: string, surroundings: Surroundings, exit: Exit): Command {
  const ofAll = OF_ALL.includes(action);
  const command = anywhere(
    new Command(action)
      .description(summary)
      .addArgument(tunnelArgument(ofAll ? '[tunnel]' : '<tunnel>'))
      .addOption(jsonOption()),
  ).action((tunnel: string | undefined, options: RunOptions) => exit(run(action, tunnel, options, surroundings)));
  return ofAll ? orAll(command) : command;
}

function orAll(command: Command): Command {
  const all = new Option('--all', 'every declared tunnel that is no example, one after the other');
  return command.addOption(all.conflicts(['expect', 'forget', 'fault'])).hook('preAction', () => {
    const named = command.processedArgs[0] !== undefined;
    const { all = false }: RunOptions = command.opts();
    if (!named && !all) command.error("error: missing required argument 'tunnel', or --all");
    if (named && all) command.error("error: option '--all' cannot be used with a tunnel");
  });
}

/** A run that looks at devices: on this machine, commands on them may be spoiled. */
export function aRunOnDevices(...the: Parameters<typeof aRun>): Command {
  return aRun(...the)
    .addOption(new Option('--fresh', 'forget hosts and table first').helpGroup(HERE))
    .addOption(text('--fault <file>', 'spoil commands on hosts, see below').helpGroup(HERE))
    .addHelpText('after', FAULTS);
}

const FAULTS = `
A fault file is a JSON list. What never struck is told at the end:
  [{"host": NAME, "match": REGEX, "nth": 1, "effect": EFFECT}]
Effects: "fail-before", "fail-after", "hang"; "host-gone", with "for": SECONDS
until it is back; and for commands sent to an instance, where "match" is on the
document and optional, with "times": N: "throttle", "lose-answer",
"throttle-result", "lose-result", "undeliverable", "end-sender",
"late-delivery".`;

/** A run that may change devices. On AWS it shows its plan and asks. */
export function aChange(...the: Parameters<typeof aRun>): Command {
  const command = aRunOnDevices(...the)
    .addOption(forget())
    .option('--allow-interruption', 'make changes that cut live traffic, too')
    .addOption(text('--expect <digest>', 'only if the plan (of a teardown: plan --teardown) still has this digest'));
  const [action, , surroundings] = the;
  return agreedTo(command, surroundings, (options) => needsAgreement(action, options));
}

/** A command that asks before it does something on AWS: where nobody can be asked, that has to be agreed to beforehand. */
export function agreedTo(
  command: Command,
  { ask }: Pick<Surroundings, 'ask'>,
  needed: (options: RunOptions) => boolean,
): Command {
  const yes = new Option('-y, --yes', 'whatever the plan says is agreed to: nobody is asked').helpGroup('On AWS:');
  return command.addOption(yes).hook('preAction', () => {
    if (ask !== undefined || !needed(command.opts())) return;
    const exactly = command.options.some(({ long }) => long === '--expect') ? ', or name the plan with --expect' : '';
    command.error(`error: nobody can be asked here (no terminal), so nothing was started: say --yes${exactly}.`);
  });
}

export function forget(): Option {
  return new Option(
    '--forget <device>',
    'a ramp node (instance) or one of two BIG-IPs (management address) that left the declaration, or (teardown) the site, is gone for good: nobody looks for it; may be given several times',
  ).argParser((device: string, before: readonly string[] | undefined) => [...(before ?? []), device]);
}
