import { Command } from 'commander';
import { repairHeldBack } from '../../lib/tunnel/run/automation';
import { saysYes } from '../agreement';
import { pastRuns, type PastRun } from '../aws/runs';
import { everyTunnel, type Known } from '../aws/tunnels';
import { agreedTo, onAws, tunnelArgument, type Define } from '../options';
import { atPlace, type Place } from '../place';
import { minute } from '../report/time';
import type { Surroundings } from '../surroundings';
import { again, changes, type OnAws } from '../where';

interface Options extends OnAws {
  readonly yes?: boolean;
}

// A run on this machine ends with its command: nothing is left to be stopped by another one.
export const stop: Define = (surroundings, exit) =>
  agreedTo(
    onAws(new Command('stop').description('stop the run that works on the tunnel').addArgument(tunnelArgument())),
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
    err.write(
      `\n${runs.map(({ execution, action, by, began }) => `${execution} (${action} by ${by}, began ${minute(began, '?')}) works on ${tunnel}.\n`).join('')}`,
    );
    err.write(`Stop it? What it has begun stays half done until a repair puts it back. ${follows}\n`);
    if (options.yes !== true && !(await saysYes(surroundings))) {
      err.write('It was not agreed to: the run goes on.\n');
      return 1;
    }
    for (const { arn, execution } of runs) {
      await place.aws.sfn.stopExecution({ executionArn: arn, error: 'Stopped', cause: 'by a person: edge-ramp stop' });
      out.write(`Stopped ${execution}. A device that has a command already works on it to its end. ${follows}\n`);
    }
    return 0;
  });
}

/** The runs of a tunnel that may change devices, and are under way. */
async function working(tunnel: string, { aws, deployment }: Place) {
  const tunnels = await everyTunnel(aws, deployment);
  const names = [...new Set([...tunnels.map(({ name }) => name), tunnel])];
  const { runs } = await pastRuns(aws, deployment, tunnel, names, 10, 'RUNNING');
  return {
    runs: runs.filter(({ action, outcome }) => changes(action) && outcome === 'Running'),
    known: tunnels.find(({ name }) => name === tunnel),
  };
}

/** Who repairs what the stopped run leaves. */
function whatFollows(tunnel: string, runs: readonly PastRun[], known: Known | undefined, where: OnAws): string {
  const byHand = again('repair', tunnel, where);
  if (runs.some(({ by }) => by === 'repair'))
    return `It is a repair itself, so that automation begins no other and pauses the tunnel: ${byHand}`;
  // One that is not declared any more is repaired as the table has it.
  const held = known && repairHeldBack(known.memory, known.declared ?? { example: false }, new Date());
  return held ? `Automation begins no repair (${held}): ${byHand}` : 'Automation begins that repair within seconds.';
}
