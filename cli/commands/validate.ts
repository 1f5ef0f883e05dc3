import { resolve } from 'node:path';
import { Command } from 'commander';
import { remarksOn } from '../../lib/tunnel/declaration/remarks';
import { InvalidRequest } from '../../lib/tunnel/errors/errors';
import { filesOf, readTunnelFiles } from '../local/tunnel-files';
import type { Define } from '../options';
import { many } from '../report/words';
import type { Surroundings } from '../surroundings';

export const validate: Define = (surroundings, exit) =>
  new Command('validate')
    .description('check declarations together, and tell every mistake')
    .argument('[files...]', 'declarations (default: all of tunnels/)')
    .action((files: readonly string[]) => exit(check(files, surroundings)));

/** @param named files as typed; none: all of tunnels/ */
function check(named: readonly string[], { tunnels, folder, out, err }: Surroundings): number {
  const typed = named.map((name) => ({ shown: name, path: resolve(folder, name) }));
  try {
    const declared = readTunnelFiles(named.length > 0 ? typed : filesOf(tunnels));
    out.write(
      declared.length === 0
        ? `No tunnel is declared in ${tunnels}: npx edge-ramp init NAME\n`
        : `${many(declared.length, 'tunnel')} declared without mistake: ${declared.map(({ name }) => name).join(', ')}.\n`,
    );
    for (const tunnel of declared)
      for (const remark of remarksOn(tunnel)) out.write(`Remark: ${tunnel.name}: ${remark}.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    const mistakes = many(error.message.split('\n').length, 'mistake');
    err.write(`${error.message}\n${mistakes}: nothing was contacted or changed.\n`);
    return 2;
  }
}
