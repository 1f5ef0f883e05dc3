import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Argument, Command } from 'commander';
import { executionArn } from '../aws/executions';
import { pastRuns, type PastRun } from '../aws/runs';
import { everyTunnel } from '../aws/tunnels';
import { anywhere, text, type Define } from '../options';
import { atPlace, type Place } from '../place';
import type { Surroundings } from '../surroundings';
import { versionOf } from '../version';
import { again, changes, type Where } from '../where';

interface Options extends Where {
  readonly html: string;
  readonly force?: boolean;
}

const NAMED = 'a tunnel: its last apply or teardown, else its last run; or an execution, by its name or ARN';

/** So many of the newest runs are looked through for one that did something. */
const LOOKED_THROUGH = 20;

export const report: Define = (surroundings, exit) =>
  anywhere(
    new Command('report')
      .description('a run as one HTML file, for a change ticket')
      .addArgument(new Argument('<run>', NAMED))
      .addOption(text('--html <file>', 'the file to write').makeOptionMandatory())
      .option('--force', 'write it although there is such a file'),
  ).action((named: string, options: Options) => exit(write(named, options, surroundings)));

/** @returns 0 however that run ended, since it was told */
async function write(named: string, options: Options, surroundings: Surroundings): Promise<number> {
  const { out, product, folder } = surroundings;
  return atPlace(options, surroundings, { unopened: true }, async (place) => {
    // What makes pages is loaded here: few commands need it.
    const { readRun } = require('../page/model/run') as typeof import('../page/model/run');
    const { reportHtml } = require('../page/report') as typeof import('../page/report');
    const { arn, tunnel } = await runNamed(place, named);
    const page = await readRun(place, options, arn);
    if (page === undefined)
      throw new Error(
        `${named} is no tunnel with a run, and no execution that Step Functions remembers (90 days): see \`npx edge-ramp status\` and \`npx edge-ramp history TUNNEL\`.`,
      );
    const file = resolve(folder, options.html);
    writeWhole(file, reportHtml(page, { version: versionOf(product), at: new Date() }), options.force === true);
    out.write(`${page.tunnel}, ${page.run.action} ${page.run.execution}: ${page.status}. Written to ${file}\n`);
    if (tunnel !== null)
      out.write(`To report another run, give its name, as listed by: ${again('history', tunnel, options)}\n`);
    return 0;
  });
}

/** The ARN of the execution that a person means, and the tunnel by which it was named; null: by itself. */
async function runNamed({ aws, deployment }: Place, named: string) {
  const tunnels = await everyTunnel(aws, deployment);
  const itself = { arn: executionArn(deployment.stateMachine, named), tunnel: null };
  if (tunnels.every(({ name }) => name !== named)) return itself;
  const { runs } = await pastRuns(aws, deployment, named, tunnels, LOOKED_THROUGH);
  const run = runs.find(didSomething) ?? runs[0];
  return run === undefined ? itself : { arn: run.arn, tunnel: named };
}

/** A change ticket is about a run that worked on devices, however it ended: not about a look since, or an event for which nothing was done. */
function didSomething({ action, outcome }: PastRun): boolean {
  return changes(action) && outcome !== 'Skipped';
}

/**
 * Writes a file whole or not at all.
 * @throws Error of one sentence when there is one already and nobody said `force`, or none can be written there
 */
export function writeWhole(file: string, content: string, force: boolean): void {
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}`);
  try {
    writeFileSync(draft, content, { flag: 'wx' });
    // A link is refused where there is a file; a renaming would replace it.
    if (force) renameSync(draft, file);
    else linkSync(draft, file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new Error(`${file} is there already: name another file, or say --force.`, { cause });
    throw new Error(`${file} cannot be written (${code}): name another file.`, { cause });
  } finally {
    rmSync(draft, { force: true });
  }
}
