import { Command, Option } from 'commander';
import { Problem } from '../aws/problem';
import type { Aws } from '../aws/aws';
import type { Deployment } from '../aws/deployment';
import { everyTunnel, oneTunnel, type Known } from '../aws/tunnels';
import { anywhere, json, tunnel, whereOf, type Define, type JsonOption, type WhereOptions } from '../options';
import { atPlace } from '../place';
import { json as asDocument } from '../report/json';
import { statusText } from '../report/status';
import { styleFor } from '../report/style';
import { standingOf } from '../standing';
import type { Surroundings } from '../surroundings';
import { CLEAR_SCREEN } from '../terminal';

/** A watched status is read so often. Milliseconds. */
const EVERY = 5000;

interface Options extends WhereOptions, JsonOption {
  readonly watch?: boolean;
}

export const status: Define = (surroundings, exit) =>
  anywhere(
    new Command('status')
      .description('every tunnel at a glance, or one')
      .addArgument(tunnel('[tunnel]'))
      .addOption(json())
      .addOption(
        new Option(
          '--watch',
          'again every 5 seconds until interrupted; where nobody watches, only what changed',
        ).conflicts('local'), // nothing happens on these hosts between two calls
      ),
  ).action((name: string | undefined, options: Options) => exit(show(name, options, surroundings)));

/** @returns 0 whatever the tunnels look like, since looking succeeded */
async function show(name: string | undefined, options: Options, surroundings: Surroundings): Promise<number> {
  const { out, sleep } = surroundings;
  const { watch = false, json = false } = options;
  const where = whereOf(options);
  return atPlace(where, surroundings, { unopened: true }, async ({ aws, deployment }) => {
    const read = async (): Promise<string> => {
      const known =
        name === undefined ? await everyTunnel(aws, deployment) : [await knownTunnel(aws, deployment, name)];
      const standings = known.map((each) => standingOf(each, where, new Date()));
      return json ? asDocument({ tunnels: standings }) : statusText(standings, styleFor(out));
    };
    if (!watch) {
      out.write(await read());
      return 0;
    }
    const over = new AbortController();
    const ignore = surroundings.onInterrupt(() => over.abort());
    try {
      let shown = '';
      do {
        const text = await read().catch(passing);
        if (out.live)
          out.write(`${CLEAR_SCREEN}${text}\n${new Date().toISOString().slice(0, 19)}Z, Ctrl-C ends this.\n`);
        else if (text !== shown) out.write(shown === '' || json ? text : changed(shown, text));
        shown = text;
        await sleep(EVERY, over.signal);
      } while (!over.signal.aborted);
      return 0;
    } finally {
      ignore();
    }
  });
}

async function knownTunnel(aws: Aws, deployment: Deployment, name: string): Promise<Known> {
  const known = await oneTunnel(aws, deployment, name);
  if (known) return known;
  throw new Error(
    `${name} is neither declared nor known to the table: add tunnels/${name}.yaml and deploy, or see \`npx edge-ramp status\`.`,
  );
}

/** What may be over at the next look is shown; what a person has to mend ends the watch. @throws whatever else it is */
function passing(error: unknown): string {
  if (error instanceof Problem && ['unreachable', 'other'].includes(error.kind)) return `${error.message}\n`;
  throw error;
}

/** Only the lines that are new, with the time: a log that somebody reads later. */
function changed(before: string, now: string): string {
  const known = new Set(before.split('\n'));
  const lines = now.split('\n').filter((line) => line !== '' && !known.has(line));
  return lines.map((line) => `${new Date().toISOString().slice(0, 19)}Z  ${line}\n`).join('');
}
