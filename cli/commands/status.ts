import { Command, Option } from 'commander';
import { Problem } from '../aws/problem';
import { everyTunnel, oneTunnel } from '../aws/tunnels';
import { anywhere, json, tunnel, whereOf, type Define, type JsonOption, type WhereOptions } from '../options';
import { atPlace, type Place } from '../place';
import { json as asDocument } from '../report/json';
import { statusText } from '../report/status';
import { styleFor } from '../report/style';
import { standingOf, type Standing } from '../standing';
import type { Surroundings } from '../surroundings';
import { CLEAR_SCREEN } from '../terminal';
import type { Where } from '../where';

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
  ).action((name: string | undefined, { watch = false, json = false, ...options }: Options) =>
    exit(show({ tunnel: name, where: whereOf(options), json, watch }, surroundings)),
  );

interface Asked {
  /** undefined: every tunnel. */
  readonly tunnel: string | undefined;
  readonly where: Where;
  readonly json: boolean;
  readonly watch: boolean;
}

/**
 * Shows how tunnels stand: once, or until interrupted.
 * @returns the exit code; 0 whatever the tunnels look like, since looking succeeded
 * @throws Problem when AWS cannot be asked
 */
async function show(command: Asked, surroundings: Surroundings): Promise<number> {
  const { out, sleep } = surroundings;
  return atPlace(command.where, surroundings, { unopened: true }, async (place) => {
    if (!command.watch) {
      out.write(await read(command, place, surroundings));
      return 0;
    }
    const over = new AbortController();
    const ignore = surroundings.onInterrupt(() => over.abort());
    try {
      let shown = '';
      do {
        const text = await read(command, place, surroundings).catch(passing);
        if (out.live)
          out.write(`${CLEAR_SCREEN}${text}\n${new Date().toISOString().slice(0, 19)}Z, Ctrl-C ends this.\n`);
        else if (text !== shown) out.write(shown === '' || command.json ? text : changed(shown, text));
        shown = text;
        await sleep(EVERY, over.signal);
      } while (!over.signal.aborted);
      return 0;
    } finally {
      ignore();
    }
  });
}

async function read(
  { tunnel, where, json }: Asked,
  { aws, deployment }: Place,
  { out }: Surroundings,
): Promise<string> {
  const known = tunnel === undefined ? await everyTunnel(aws, deployment) : [await oneTunnel(aws, deployment, tunnel)];
  const now = new Date();
  const standings = known.map((each): Standing => {
    if (each) return standingOf(each, where, now);
    throw new Error(
      `${tunnel} is neither declared nor known to the table: add tunnels/${tunnel}.yaml and deploy, or see \`npx edge-ramp status\`.`,
    );
  });
  return json ? asDocument({ tunnels: standings }) : statusText(standings, styleFor(out));
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
