import { once } from 'node:events';
import { Command } from 'commander';
import { anywhere, wholeNumber, type Define } from '../options';
import { atPlace, type Place } from '../place';
import { interruptible, type Surroundings } from '../surroundings';
import type { Where } from '../where';

/** Where it is served when nothing else is said. */
const PORT = 4518;

interface Options extends Where {
  readonly port: number;
}

export const consoleCommand: Define = (surroundings, exit) =>
  anywhere(
    new Command('console')
      .description('tunnels and runs as pages in a browser on this machine, until interrupted')
      .addOption(wholeNumber('--port <n>', 'port on 127.0.0.1; 0: any that is free', 0, 65_535).default(PORT)),
  ).action((options: Options) => exit(interruptible(surroundings, (signal) => serve(options, surroundings, signal))));

async function serve(options: Options, surroundings: Surroundings, interruption: AbortSignal): Promise<number> {
  return atPlace(options, surroundings, {}, async (place) => {
    const console = await openConsole(async () => place, options, surroundings, options.port);
    surroundings.out.write(`${place.words}.\n\nConsole  ${console.address}\n\nCtrl-C ends it.\n`, 'exact');
    if (!interruption.aborted) await once(interruption, 'abort');
    await console.close();
    return 0;
  });
}

/**
 * Serves the console for a place.
 * @param place is found when a page first asks for data
 * @throws Error of one sentence when the port is taken
 */
export function openConsole(
  place: () => Promise<Place>,
  where: Where,
  { product }: Pick<Surroundings, 'product'>,
  port: number,
) {
  // What serves pages is loaded here: few commands need it.
  const { serveConsole } = require('../page/console/server') as typeof import('../page/console/server');
  const { contentAt } = require('../page/console/content') as typeof import('../page/console/content');
  return serveConsole(contentAt(product, place, where), port);
}
