import { Command } from 'commander';
import { pastRuns, type PastRun, type PastRuns } from '../aws/runs';
import { everyTunnel } from '../aws/tunnels';
import { anywhere, jsonOption, tunnelArgument, wholeNumber, type Define } from '../options';
import { atPlace } from '../place';
import { json } from '../report/json';
import { styleFor, type Style } from '../report/style';
import { minute } from '../report/time';
import { changesOf, seconds } from '../report/words';
import type { Surroundings } from '../surroundings';
import { END_STATES } from '../../lib/tunnel/run/outcome';
import { printableLines } from '../terminal';
import type { Where } from '../where';

interface Options extends Where {
  readonly json?: boolean;
  readonly limit: number;
}

export const history: Define = (surroundings, exit) =>
  anywhere(
    new Command('history')
      .description('the runs of a tunnel, and what they changed')
      .addArgument(tunnelArgument())
      .addOption(jsonOption())
      .addOption(wholeNumber('--limit <n>', 'at most so many runs', 1, 100).default(10)),
  ).action((name: string, options: Options) => exit(show(name, options, surroundings)));

/** @returns 0 however the runs ended, since looking succeeded */
async function show(name: string, options: Options, surroundings: Surroundings): Promise<number> {
  const { out } = surroundings;
  return atPlace(options, surroundings, { unopened: true }, async ({ aws, deployment }) => {
    const tunnels = await everyTunnel(aws, deployment);
    const found = await pastRuns(aws, deployment, name, tunnels, options.limit);
    if (found.runs.length === 0 && tunnels.every((each) => each.name !== name))
      throw new Error(`${name} is neither declared nor known to the table, and no run names it.`);
    if (options.json === true) out.write(json({ tunnel: name, ...found }), 'exact');
    else out.write(historyText(name, found, styleFor(out)));
    return 0;
  });
}

/** So many changes of a run are shown: the rest stands in the execution. */
const SHOWN = 3;

/** Characters of a cause; all of it stands in the execution. */
const LONGEST = 240;

/** The runs of a tunnel, newest first: a line each, and what changed or why not. */
function historyText(tunnel: string, { runs, complete }: PastRuns, style: Style): string {
  if (runs.length === 0 && complete) return `${tunnel} has no runs that Step Functions remembers (90 days).\n`;
  const older = complete ? '' : style.dim(`\nThere may be older runs: more with --limit, all in the console.\n`);
  return `${runs.map((run) => runText(run, style)).join('')}${older}`;
}

function runText(run: PastRun, style: Style): string {
  const { began, action, by, outcome, changes, cause, execution } = run;
  const took = run.seconds === null ? 'still runs' : seconds(run.seconds);
  const made = changes === null ? '' : `, ${changesOf(outcome, changes)}`;
  const paint = (END_STATES.find(({ name }) => name === outcome)?.exitCode ?? 3) === 0 ? style.good : style.bad;
  const words = outcome === 'Running' ? style.changed(outcome) : paint(outcome);
  const why = (cause ?? '').replace(/\s+/g, ' ').trim();
  const lines = [
    `${minute(began, '?')}  ${action} by ${by}: ${words}${made}, ${took}  ${style.dim(printableLines(execution))}`,
    ...(changes ?? []).slice(0, SHOWN).map(({ device, text }) => `    ${printableLines(`${device}: ${text.trim()}`)}`),
    ...((changes?.length ?? 0) > SHOWN ? [`    and ${changes!.length - SHOWN} more`] : []),
    ...(cause === null ? [] : [`    ${printableLines(why.length > LONGEST ? `${why.slice(0, LONGEST)}…` : why)}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
