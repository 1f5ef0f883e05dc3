import { Command } from 'commander';
import { pastRuns } from '../aws/runs';
import { everyTunnel } from '../aws/tunnels';
import {
  anywhere,
  json,
  tunnel,
  whereOf,
  wholeNumber,
  type Define,
  type JsonOption,
  type WhereOptions,
} from '../options';
import { atPlace } from '../place';
import { historyText } from '../report/history';
import { json as asDocument } from '../report/json';
import { styleFor } from '../report/style';
import type { Surroundings } from '../surroundings';

interface Options extends WhereOptions, JsonOption {
  readonly limit: number;
}

export const history: Define = (surroundings, exit) =>
  anywhere(
    new Command('history')
      .description('the runs of a tunnel, and what they changed')
      .addArgument(tunnel())
      .addOption(json())
      .addOption(wholeNumber('--limit <n>', 'at most so many runs', 1, 100).default(10)),
  ).action((name: string, options: Options) => exit(show(name, options, surroundings)));

/** @returns 0 however the runs ended, since looking succeeded */
async function show(name: string, options: Options, surroundings: Surroundings): Promise<number> {
  const { out } = surroundings;
  return atPlace(whereOf(options), surroundings, { unopened: true }, async ({ aws, deployment }) => {
    const tunnels = (await everyTunnel(aws, deployment)).map(({ name }) => name);
    const found = await pastRuns(aws, deployment, name, [...new Set([...tunnels, name])], options.limit);
    if (found.runs.length === 0 && !tunnels.includes(name))
      throw new Error(`${name} is neither declared nor known to the table, and no run names it.`);
    out.write(options.json === true ? asDocument({ tunnel: name, ...found }) : historyText(name, found, styleFor(out)));
    return 0;
  });
}
