import { join, relative } from 'node:path';
import { Command, Option } from 'commander';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { InvalidRequest } from '../../lib/tunnel/errors/errors';
import type { Completed } from '../init/complete';
import { askedFor, filledIn, unanswered, type Ask, type Given } from '../init/dialogue';
import { fileInTheWay, schemaFrom, writeNew } from '../init/file';
import { blank, FURTHER, questions, SIZED, type Question, type Size } from '../init/questions';
import { filesOf, readTunnelFiles } from '../local/tunnel-files';
import { tunnelArgument, type Define } from '../options';
import { many } from '../report/words';
import type { Surroundings } from '../surroundings';

export const init: Define = (surroundings, exit) => {
  const command = new Command('init')
    .description('declare a tunnel: asks for what its file needs, or takes it from options')
    .addArgument(tunnelArgument())
    .addHelpText('after', HELP);
  for (const question of offered()) command.addOption(optionFor(question));
  return command.action((name: string, options: Readonly<Record<string, readonly string[]>>, self: Command) =>
    exit(declare(name, byOption(self, options), self, surroundings)),
  );
};

const HELP = `
An option for each field; where they leave none open, nothing is asked. For a
pair of BIG-IPs or of ramp nodes each option of a device is given twice, in one
order; what is one list (networks, virtual servers) as often as need be. All
other fields: docs/declaring.md. No file is ever overwritten.`;

/** Every question, each once, as the largest tunnel has them. */
function offered(): readonly Question[] {
  const all = [...questions('NAME', { bigips: 2, nodes: 2 }), ...FURTHER];
  return all.filter(({ option }, i) => all.findIndex((other) => other.option === option) === i);
}

function optionFor({ option, what, preset }: Question): Option {
  return new Option(`${option} <value>`, preset === undefined ? what : `${what} (default: ${preset})`).argParser(
    (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
  );
}

function byOption({ options }: Command, values: Readonly<Record<string, readonly string[]>>): Given {
  return Object.fromEntries(options.map((option) => [option.long ?? '', values[option.attributeName()]]));
}

/** Asks for a tunnel and writes its file. @returns the exit code */
async function declare(name: string, given: Given, command: Command, surroundings: Surroundings): Promise<number> {
  const { err, ask } = surroundings;
  const folder = surroundings.tunnels;
  const taken = fileInTheWay(folder, name);
  if (taken !== undefined) {
    err.write(`${taken} is there already: nothing was written. Edit it, or take another name.\n`);
    return 1;
  }
  const open = unanswered(questions(name, sizeOf(given)), given);
  if (open.length > 0 && ask === undefined) {
    const missing = [...new Set(open.map(({ option }) => option))].join(', ');
    command.error(`error: nobody sits at a terminal to be asked, and these are missing: ${missing}`);
  }
  // A person is asked for everything that no option gives. Options that leave nothing open ask nothing.
  const person =
    open.length === 0 || ask === undefined ? undefined : { ask, tell: (line: string) => err.write(`${line}\n`) };
  const size = person === undefined ? sizeOf(given) : await askSize(given, person);
  const asked = [...questions(name, size), ...FURTHER.filter(({ option }) => given[option] !== undefined)];
  const spare = tooMany(asked, given);
  if (spare !== undefined) command.error(`error: ${spare}`);
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

/** As many devices as their first option has values. */
function sizeOf(given: Given): Size {
  const count = (option: string): number => ((given[option]?.length ?? 1) >= 2 ? 2 : 1);
  return { bigips: count(SIZED.bigips), nodes: count(SIZED.nodes) };
}

async function askSize(given: Given, { ask }: Ask): Promise<Size> {
  const told = sizeOf(given);
  const pair = async (option: string, what: string): Promise<boolean> =>
    given[option] === undefined && /^y(?:es)?$/i.test(await ask(`${what} (yes/no) [no]: `));
  const bigips = (await pair(SIZED.bigips, 'Is BIG-IP a pair of units, active and standby?')) ? 2 : told.bigips;
  const nodes = (await pair(SIZED.nodes, 'Are there two ramp nodes behind a virtual IP?')) ? 2 : told.nodes;
  return { bigips, nodes };
}

/** Values for which a tunnel of this size has no place: none is left out in silence. */
function tooMany(asked: readonly Question[], given: Given): string | undefined {
  const [spare] = Object.entries(given).filter(([option, values = []]) => {
    const places = asked.filter((question) => question.option === option);
    return !places.some(({ list }) => list) && values.length > places.length;
  });
  return (
    spare &&
    `${spare[0]} has ${many(spare[1]!.length, 'value')}, more than this tunnel has places for: a pair of BIG-IPs has two ${SIZED.bigips}, a pair of ramp nodes two ${SIZED.nodes}.`
  );
}
