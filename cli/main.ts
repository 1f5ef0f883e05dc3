import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments, UsageError } from './arguments';
import type { Command } from './command';
import { HELP, USAGE } from './help';
import type { Surroundings } from './surroundings';

/** Exit code of a command line that is none (EX_USAGE of sysexits.h). */
const WRONG_USAGE = 64;

/**
 * Does what a command line asks for.
 * @returns the exit code; never throws
 */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { err, environment } = surroundings;
  try {
    return await carryOut(readArguments(args), surroundings);
  } catch (error) {
    if (error instanceof UsageError) {
      err.write(`${error.message}\n${USAGE}`);
      return WRONG_USAGE;
    }
    // What is expected to go wrong was answered where it went wrong.
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    err.write(`${(environment['EDGE_RAMP_DEBUG'] ?? '') === '' ? `edge-ramp: ${message}` : stack}\n`);
    return 1;
  }
}

async function carryOut(command: Command, surroundings: Surroundings): Promise<number> {
  const { out, project } = surroundings;
  switch (command.does) {
    case 'help':
      out.write(HELP);
      return 0;
    case 'version':
      out.write(
        `${(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string }).version}\n`,
      );
      return 0;
    // What a command needs is loaded with it: help and usage answer at once.
    case 'validate':
      return (require('./validate') as typeof import('./validate')).validate(command.files, surroundings);
    case 'local-host':
      return (require('./local-host') as typeof import('./local-host')).localHost(command, surroundings);
    case 'local':
      return (require('./local') as typeof import('./local')).local(command, surroundings);
    case 'run':
      return (require('./run') as typeof import('./run')).run(command, surroundings);
    case 'status':
      return (require('./status') as typeof import('./status')).status(command, surroundings);
    case 'history':
      return (require('./history') as typeof import('./history')).history(command, surroundings);
    case 'event':
      return (require('./event') as typeof import('./event')).event(command, surroundings);
    case 'preflight':
      return (require('./preflight') as typeof import('./preflight')).preflight(command, surroundings);
  }
}
