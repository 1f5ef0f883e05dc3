import { Command } from 'commander';
import { readMemory, type Memory } from '../../lib/tunnel/run/memory';
import { itemOf } from '../aws/tunnels';
import { anywhere, jsonOption, tunnelArgument, type Define } from '../options';
import { atPlace } from '../place';
import { json } from '../report/json';
import { styleFor } from '../report/style';
import { endSentence, type Run } from '../report/summary';
import { changesText, endText } from '../report/text';
import { minute } from '../report/time';
import { nameOf } from '../report/words';
import { objectIn, resultWrittenDown, type Result, type Told } from '../result';
import type { Surroundings } from '../surroundings';
import { printableLines } from '../terminal';
import { again, type Action, type Where } from '../where';

interface Options extends Where {
  readonly json?: boolean;
}

export const result: Define = (surroundings, exit) =>
  anywhere(
    new Command('result')
      .description('what the last run of a tunnel came to, as it wrote it down')
      .addArgument(tunnelArgument())
      .addOption(jsonOption()),
  ).action((tunnel: string, options: Options) => exit(show(tunnel, options, surroundings)));

/** @returns 0 however the run ended, since looking succeeded */
async function show(tunnel: string, options: Options, surroundings: Surroundings): Promise<number> {
  const { out } = surroundings;
  return atPlace(options, surroundings, { unopened: true }, async ({ aws, deployment }) => {
    const memory = readMemory(await itemOf(aws, deployment, tunnel));
    const told = lastTold(memory);
    if (told === undefined)
      throw new Error(`No run of ${tunnel} has written down a result: ${again('history', tunnel, options)}`);
    const { execution = null, action = 'apply', at = null } = told;
    const written = resultWrittenDown(told);
    // A plan that waits for a person has its digest beside the result.
    const result: Result = { ...written, digest: written.digest ?? memory.notified };
    const run: Run = {
      tunnel,
      action: action as Action,
      teardown: false,
      begun: memory.before !== null,
      again: (next, ...more) => again(next, tunnel, options, ...more),
    };
    if (options.json === true) {
      const { status, changes, verification, remarks, degraded, failure, restoreFailure, remaining, left, drained } =
        result;
      const about = { tunnel, execution, action, at, status, sentence: endSentence(result, run) };
      const found = { changes, verification, remarks, degraded, failure, restoreFailure, remaining, left, drained };
      out.write(json({ ...about, ...found }), 'exact');
    } else {
      const style = styleFor(out);
      const name = execution === null ? 'an execution that did not say which' : nameOf(execution);
      const ended = at === null ? '' : `, ended ${minute(at, '?')}`;
      out.write(printableLines(`${tunnel}: ${action} ${name}${ended}\n`));
      out.write(changesText(result, run, style));
      out.write(endText(result, undefined, run, style));
    }
    return 0;
  });
}

/** What was written down last: by a run that held the lease, or by a verify, which holds none. */
function lastTold({ lastResult, lastLook }: Memory): Partial<Told> | undefined {
  const told = [lastResult, lastLook].flatMap((text) => (text === null ? [] : [objectIn(text)]));
  const when = ({ at }: Partial<Told>): number => (at === undefined ? 0 : Date.parse(at));
  return told.sort((one, other) => when(other) - when(one))[0];
}
