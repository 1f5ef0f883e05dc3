import { Command } from 'commander';
import { askSize, sizeOf } from '../init/ask-size';
import type { Given } from '../init/dialogue';
import { fileInTheWay } from '../init/file';
import { addOptions, givenTo, refuseTooMany, whoIsAsked } from '../init/options';
import { blank, FURTHER, questionsFor, type Question } from '../init/questions';
import type { Size } from '../init/size';
import { anywhere, tunnelArgument, type Define } from '../options';
import { atPlace } from '../place';
import type { Surroundings } from '../surroundings';
import type { Where } from '../where';

/** What must be known to look at the devices, and by what names. The devices tell the rest. */
const NAMES: Readonly<Record<string, string>> = {
  '--tunnel-interface': 'tun1',
  '--object-tunnel': 'SDN',
  '--object-self': 'SDN',
  '--object-unit-self': 'SDN_unit',
  '--object-snat-pool': 'SDN_snatpool',
};
const WAYS =
  /^--(?:bigip-(?:management|bastion|user|secret|host-key)|node-(?:instance|name)|cluster-(?:admin|kubeconfig)|virtual-server)$/;

function asking(name: string, size: Size): readonly Question[] {
  const further = FURTHER.filter(({ option }) => size.bigips === 2 || option !== '--object-unit-self');
  return [
    ...questionsFor(name, size).filter(({ option }) => WAYS.test(option)),
    ...further.flatMap((question) => {
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
    asking('NAME', { bigips: 2, nodes: 2 }),
  ).action((name: string, where: Where, self: Command) =>
    exit(importAs(name, where, givenTo(self), self, surroundings)),
  );

const HELP = `
Looks at BIG-IP and ramp node, or at the pairs, with the documents of the
deployment, and changes nothing. What no device tells is marked in the file, and
validate names it until somebody fills it in. Of a pair each option of a device
is given twice, in one order. A ramp node with --node-name and without
--node-instance is one that oc reaches (RHCOS). More: docs/adopting.md.`;

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
  const person = whoIsAsked(command, asking(name, sizeOf(given)), given, surroundings);
  const size = person === undefined ? sizeOf(given) : await askSize(given, person);
  const asked = asking(name, size);
  refuseTooMany(command, asked, given);
  const { waysTo, importFrom } = require('../import/import') as typeof import('../import/import');
  const known = await waysTo(blank(name, size), asked, given, person, surroundings);
  if (known === undefined) return 2;
  return atPlace(where, surroundings, {}, (place) => importFrom(known, place, surroundings));
}
