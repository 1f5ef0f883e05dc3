import { resolve } from 'node:path';
import { Command } from 'commander';
import type { TunnelFile } from '../../lib/tunnel/declaration/read';
import { InvalidRequest } from '../../lib/tunnel/errors/errors';
import { filesOf, readTunnelFiles, textOf } from '../local/tunnel-files';
import type { Define } from '../options';
import { many } from '../report/style';
import type { Surroundings } from '../surroundings';

export const validate: Define = (surroundings, exit) =>
  new Command('validate')
    .description('check declarations together, and tell every mistake')
    .argument('[files...]', 'declarations (default: all of tunnels/)')
    .action((files: readonly string[]) => exit(check(files, surroundings)));

/** @param named files as typed; none: all of tunnels/ */
function check(named: readonly string[], { project, folder, out, err }: Surroundings): number {
  const mistakes: string[] = [];
  const files: TunnelFile[] = [];
  const paths =
    named.length > 0 ? named.map((name) => ({ shown: name, path: resolve(folder, name) })) : filesOf(project);
  for (const { shown, path } of paths) {
    const text = textOf(path);
    if (typeof text === 'string') files.push({ path: shown, text });
    else mistakes.push(`${shown}: ${text.reason}`);
  }
  let names: readonly string[] = [];
  try {
    names = readTunnelFiles(files).map(({ name }) => name);
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    mistakes.push(...error.message.split('\n'));
  }
  if (mistakes.length > 0) {
    err.write(`${mistakes.join('\n')}\n`);
    err.write(`${many(mistakes.length, 'mistake')}: nothing was contacted or changed.\n`);
    return 2;
  }
  out.write(
    names.length === 0
      ? 'No tunnel is declared: copy an example to tunnels/NAME.yaml.\n'
      : `${many(names.length, 'tunnel')} declared without mistake: ${names.join(', ')}.\n`,
  );
  return 0;
}
