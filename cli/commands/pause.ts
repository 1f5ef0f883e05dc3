import { InvalidArgumentError, Option } from 'commander';
import { aRun, runOf, text, type Define, type RunOptions } from '../options';
import { run } from '../run';
import { readWhen, WHEN } from '../when';

interface Options extends RunOptions {
  /** ISO 8601. */
  readonly until?: string;
  readonly reason: string;
}

export const pause: Define = (surroundings, exit) =>
  aRun('pause', 'keep the automation away from the tunnel')
    .addOption(text('--reason <text>', 'why, for whoever finds the tunnel paused').makeOptionMandatory())
    .addOption(
      new Option('--until <when>', `${WHEN}, local unless it names its zone (default: until resume)`).argParser(
        readUntil,
      ),
    )
    .action((tunnel: string, { until, reason, ...options }: Options) =>
      exit(run(runOf('pause', tunnel, options, { until, reason }), surroundings)),
    );

function readUntil(typed: string): string {
  const until = readWhen(typed, new Date());
  if (until === undefined) throw new InvalidArgumentError(`It must be ${WHEN} in the future.`);
  return until;
}
