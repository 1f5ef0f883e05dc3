import { Command, CommanderError, Option } from 'commander';
import { apply } from './commands/apply';
import { complete, completion } from './commands/completion';
import { consoleCommand } from './commands/console';
import { event } from './commands/event';
import { help } from './commands/help';
import { history } from './commands/history';
import { importTunnel } from './commands/import';
import { init } from './commands/init';
import { local } from './commands/local';
import { pause } from './commands/pause';
import { plan } from './commands/plan';
import { preflight } from './commands/preflight';
import { repair } from './commands/repair';
import { report } from './commands/report';
import { result } from './commands/result';
import { resume } from './commands/resume';
import { status } from './commands/status';
import { stop } from './commands/stop';
import { teardown } from './commands/teardown';
import { validate } from './commands/validate';
import { verify } from './commands/verify';
import type { Define, Exit } from './options';
import { WIDTH } from './report/wrap';
import { refuseHelpOfUnknown, withSuggestion } from './suggestions';
import { debugs, messageOf, type Output, type Surroundings } from './surroundings';
import { versionOf } from './version';

/** In the order in which help lists them. */
const COMMANDS: Readonly<Record<string, readonly Define[]>> = {
  'Declare a tunnel:': [init, importTunnel, validate],
  'Build and prove a tunnel:': [plan, apply, verify, teardown],
  'Look at tunnels:': [status, history, report, consoleCommand, preflight],
  'After a failure:': [result, stop, repair],
  'Automation:': [event, pause, resume],
  'On this machine:': [local, completion, help],
};

const EXIT_CODES = `
Exit codes: 0 success; 1 failed, everything is as before; 2 mistakes in a
declaration, request or fault file; 3 something is left over, or the run was
interrupted or goes on; 4 (plan --detailed-exitcode) something would change;
64 wrong usage.
`;

/** Exit code of a command line that is none (EX_USAGE of sysexits.h). */
const WRONG_USAGE = 64;

/**
 * Does what a command line asks for.
 * @returns the exit code; never throws
 */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let code = 0;
  const program = programFor(surroundings, async (ended) => {
    code = await ended;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // commander has written what it has to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
    // What is expected to go wrong was answered where it went wrong.
    surroundings.err.write(`${debugs(surroundings) ? (error as Error).stack : `edge-ramp: ${messageOf(error)}`}\n`);
    return 1;
  }
}

function programFor(given: Surroundings, exit: Exit): Command {
  const { surroundings, withoutColours } = painting(given);
  const { out, err, product } = surroundings;
  const program = new Command('edge-ramp')
    .description(
      'Builds, proves, repairs and removes the tunnel between an F5 BIG-IP and the Pods of an OpenShift cluster.',
    )
    .version(versionOf(product))
    .addOption(noColour())
    .helpCommand(false) // ours knows commands within others
    .enablePositionalOptions() // what stands after a command is for it: `local` and `local host` have options of one name
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(text),
      getOutHelpWidth: () => WIDTH,
      getErrHelpWidth: () => WIDTH,
    })
    .hook('preAction', (_, command) => {
      for (let each: Command | null = command; each !== null; each = each.parent)
        if (each.opts<{ color?: boolean }>().color === false) withoutColours();
    })
    .addHelpText('after', '\nCtrl-C stops a --local run. A run on AWS goes on; it says where.')
    .addHelpText('afterAll', EXIT_CODES);
  for (const [group, commands] of Object.entries(COMMANDS))
    for (const define of commands) add(program, define(surroundings, exit).helpGroup(group));
  program.addCommand(complete(surroundings, exit), { hidden: true });
  refuseHelpOfUnknown(program);
  return program.showHelpAfterError(`${usageOf(program)}\nThe commands: npx edge-ramp help`);
}

function usageOf(command: Command): string {
  return `Usage: ${command.createHelp().commandUsage(command)}`;
}

function noColour(): Option {
  return new Option('--no-color', 'without colours, as with NO_COLOR in the environment').helpGroup('Options:');
}

/** The same surroundings, of which the colours can be taken away. */
function painting(surroundings: Surroundings) {
  let painted = true;
  const output = (to: Output): Output => ({
    write: (text, layout) => to.write(text, layout),
    live: to.live,
    get colour() {
      return painted && to.colour;
    },
  });
  const { out, err } = surroundings;
  return {
    surroundings: { ...surroundings, out: output(out), err: output(err) },
    withoutColours: () => void (painted = false),
  };
}

/** A command says what is wrong with it as the program does, with its own usage, and where its options are told. */
function add(program: Command, command: Command): void {
  program.addCommand(command);
  for (const each of [command, ...command.commands]) {
    const name = [command.name(), ...(each === command ? [] : [each.name()])].join(' ');
    each.copyInheritedSettings(program).addOption(noColour());
    refuseHelpOfUnknown(each);
    each.configureOutput({ outputError: (error, write) => write(withSuggestion(error, each)) });
    each.showHelpAfterError(`${usageOf(each)}\nIts options: npx edge-ramp ${name} --help`);
  }
}
