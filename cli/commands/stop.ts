import { Command } from 'commander';
import { saysYes } from '../agreement';
import { agreedTo, onAwsAlone, tunnelArgument, type Define } from '../options';
import { atPlace } from '../place';
import { STOPPED_IS, stopRun, whatFollows, whatWorks, working } from '../stopping';
import type { Surroundings } from '../surroundings';
import { again, type OnAws } from '../where';

interface Options extends OnAws {
  readonly yes?: boolean;
}

// A run on this machine ends with its command: nothing is left to be stopped by another one.
export const stop: Define = (surroundings, exit) =>
  agreedTo(
    onAwsAlone(
      new Command('stop').description('stop the run that works on the tunnel').addArgument(tunnelArgument()),
      'a run on this machine is stopped where it was started, by Ctrl-C.',
    ),
    surroundings,
    ({ yes }) => yes !== true,
  ).action((tunnel: string, options: Options) => exit(stopRuns(tunnel, options, surroundings)));

/** @returns 1 when it was not agreed to */
async function stopRuns(tunnel: string, options: Options, surroundings: Surroundings): Promise<number> {
  const { out, err } = surroundings;
  return atPlace(options, surroundings, {}, async (place) => {
    const { runs, known } = await working(tunnel, place);
    if (runs.length === 0)
      throw new Error(`No run works on ${tunnel} that changes devices: ${again('history', tunnel, options)}`);
    const follows = whatFollows(tunnel, runs, known, options);
    err.write(`\n${whatWorks(tunnel, runs).join('\n')}\n`);
    err.write(`Stop it? ${STOPPED_IS} ${follows}\n`);
    if (options.yes !== true && !(await saysYes(surroundings))) {
      err.write('It was not agreed to: the run goes on.\n');
      return 1;
    }
    for (const { arn, execution } of runs) {
      await stopRun(place, arn, 'stop');
      out.write(`Stopped ${execution}. A device that has a command already works on it to its end. ${follows}\n`);
    }
    return 0;
  });
}
