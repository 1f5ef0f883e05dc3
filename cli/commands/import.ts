import { Command } from 'commander';
import type { Given } from '../init/dialogue';
import { fileInTheWay } from '../init/file';
import { addOptions, givenTo, refuseTooMany, whoIsAsked } from '../init/options';
import { blank, FURTHER, questionsFor, type Question } from '../init/questions';
import { anywhere, tunnelArgument, type Define } from '../options';
import { atPlace } from '../place';
import type { Surroundings } from '../surroundings';
import type { Where } from '../where';

const ONE = { bigips: 1, nodes: 1 };

/** What must be known to look at a BIG-IP and a ramp node, and by what names. The devices tell the rest. */
const NAMES: Readonly<Record<string, string>> = {
  '--tunnel-interface': 'tun1',
  '--object-tunnel': 'SDN',
  '--object-self': 'SDN',
  '--object-snat-pool': 'SDN_snatpool',
};
const WAYS = /^--(?:bigip-(?:management|bastion|user|secret|host-key)|node-instance|virtual-server)$/;

function asking(name: string): readonly Question[] {
  return [
    ...questionsFor(name, ONE).filter(({ option }) => WAYS.test(option)),
    ...FURTHER.flatMap((question) => {
      const preset = NAMES[question.option];
      return preset === undefined ? [] : [{ ...question, preset }];
    }),
  ];
}

export const importTunnel: Define = (surroundings, exit) =>
  addOptions(
    anywhere(
      new Command('import')
        .description('declare a tunnel that somebody built by hand, from what its devices tell')
        .addArgument(tunnelArgument()),
    ).addHelpText('after', HELP),
    asking('NAME'),
  ).action((name: string, where: Where, self: Command) =>
    exit(importAs(name, where, givenTo(self), self, surroundings)),
  );

const HELP = `
Looks at one BIG-IP and one ramp node, with the documents of the deployment, and
changes nothing. What no device tells is marked in the file, and validate names
it until somebody fills it in. A pair is declared by hand: docs/adopting.md.`;

/** @returns 0; 1 when nothing was written; 2 when the file has to be completed */
async function importAs(
  name: string,
  where: Where,
  given: Given,
  command: Command,
  surroundings: Surroundings,
): Promise<number> {
  const { tunnels: folder, err } = surroundings;
  const taken = fileInTheWay(folder, name);
  if (taken !== undefined) {
    err.write(`${taken} is there already: nothing was looked at or written. Take another name.\n`);
    return 1;
  }
  const asked = asking(name);
  const person = whoIsAsked(command, asked, given, surroundings);
  refuseTooMany(command, asked, given);
  const { waysTo, importFrom } = require('../import/import') as typeof import('../import/import');
  const known = await waysTo(blank(name, ONE), asked, given, person, surroundings);
  if (known === undefined) return 2;
  return atPlace(where, surroundings, {}, (place) => importFrom(known, place, surroundings));
}
