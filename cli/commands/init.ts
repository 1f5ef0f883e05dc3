import { join, relative } from 'node:path';
import { Command } from 'commander';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { InvalidRequest } from '../../lib/tunnel/errors/errors';
import { askSize, sizeOf } from '../init/ask-size';
import type { Completed } from '../init/complete';
import { askedFor, filledIn, type Given } from '../init/dialogue';
import { fileInTheWay, schemaFrom, writeNew } from '../init/file';
import { addOptions, givenTo, refuseTooMany, whoIsAsked } from '../init/options';
import { blank, FURTHER, questionsFor } from '../init/questions';
import type { Size } from '../init/size';
import { filesOf, readTunnelFiles } from '../local/tunnel-files';
import { tunnelArgument, type Define } from '../options';
import { many } from '../report/words';
import type { Surroundings } from '../surroundings';

export const init: Define = (surroundings, exit) => {
  const command = new Command('init')
    .description('declare a tunnel: asks for what its file needs, or takes it from options')
    .addArgument(tunnelArgument())
    .addHelpText('after', HELP);
  return addOptions(command, [...questionsFor('NAME', { bigips: 2, nodes: 2 }), ...FURTHER]).action(
    (name: string, _: unknown, self: Command) => exit(declare(name, givenTo(self), self, surroundings)),
  );
};

const HELP = `
An option for each field; where they leave none open, nothing is asked. For a
pair of BIG-IPs or of ramp nodes each option of a device is given twice, in one
order; what is one list (networks, virtual servers) as often as need be. A ramp
node with --node-name and without --node-instance is one that oc reaches
(RHCOS). All other fields: docs/declaring.md. It declares tunnels (kind ramp); a
balancer that is a node of the SDN (kind member) is written by hand, as in
tunnels/edge-lb.yaml. No file is ever overwritten.`;

/** Asks for a tunnel and writes its file. @returns the exit code */
async function declare(name: string, given: Given, command: Command, surroundings: Surroundings): Promise<number> {
  const { tunnels: folder, err } = surroundings;
  const taken = fileInTheWay(folder, name);
  if (taken !== undefined) {
    err.write(`${taken} is there already: nothing was written. Edit it, or take another name.\n`);
    return 1;
  }
  const person = whoIsAsked(command, questionsFor(name, sizeOf(given)), given, surroundings);
  const size = person === undefined ? sizeOf(given) : await askSize(given, person);
  const asked = [...questionsFor(name, size), ...FURTHER.filter(({ option }) => given[option] !== undefined)];
  refuseTooMany(command, asked, given);
  const first = person
    ? await askedFor(blank(name, size), asked, given, reading().draftMistakes, person)
    : filledIn(blank(name, size), asked, given);
  const { completed } = reading();
  const done = await completed(first, declaredIn(surroundings), asked, FURTHER, person);
  return finish(done, size, folder, surroundings);
}

/** What reads declarations is loaded here and now: it takes longer than all other code. */
const reading = () => require('../init/complete') as typeof import('../init/complete');

/** Writes what is complete. What has mistakes is shown, so that nothing of it is lost. */
function finish(
  done: Completed,
  size: Size,
  folder: string,
  { product, folder: here, out, err }: Surroundings,
): number {
  const { yamlText, publishedNames } = require('../init/yaml') as typeof import('../init/yaml');
  const file = join(folder, `${done.draft.name}.yaml`);
  const text = yamlText(done.draft, schemaFrom(folder, product), [], publishedNames(size));
  if ('mistakes' in done) {
    const { mistakeLines } =
      require('../../lib/tunnel/declaration/mistake-lines') as typeof import('../../lib/tunnel/declaration/mistake-lines');
    err.write(
      `${mistakeLines(done.draft.name, done.mistakes).join('\n')}\n${many(done.mistakes.length, 'mistake')}: ${file} was not written. It would be:\n`,
    );
    err.write(text, 'exact');
    return 2;
  }
  writeNew(file, text);
  const { name } = done.draft;
  out.write(`Written: ${relative(here, file)}, and it has no mistake. Nothing was contacted or changed.

Next:
  npx cdk synth --quiet
  npx edge-ramp apply ${name} --local

That tries it on simulated hosts. Further fields: docs/declaring.md. Once it is deployed and applied, automation maintains it.
`);
  return 0;
}

/** The tunnels that are declared already. With a mistake among them nothing can be compared; validate tells it. */
function declaredIn({ tunnels, err }: Surroundings): readonly Declared[] {
  try {
    return readTunnelFiles(filesOf(tunnels));
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    err.write(
      'Note: other declarations have mistakes, so this one is not compared with them: npx edge-ramp validate\n',
    );
    return [];
  }
}
