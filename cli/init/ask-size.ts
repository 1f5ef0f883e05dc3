import type { Given, Person } from './dialogue';
import { NODE_NAME, SIZED, type Size } from './size';

/** As many devices as their first option has values. */
export function sizeOf(given: Given): Size {
  const count = (option: string): number => ((given[option]?.length ?? 1) >= 2 ? 2 : 1);
  const nodes = Math.max(count(SIZED.nodes), count(NODE_NAME));
  const byOc = nodes === 1 && given[SIZED.nodes] === undefined && given[NODE_NAME] !== undefined;
  return { bigips: count(SIZED.bigips), nodes, ...(byOc ? { byOc } : {}) };
}

/** What the options leave open of the size, a person is asked. */
export async function askSize(given: Given, person: Person): Promise<Size> {
  const told = sizeOf(given);
  const isOpen = (...options: readonly string[]): boolean => options.every((option) => given[option] === undefined);
  const yes = (what: string): Promise<boolean> => askYes(what, person);
  const nodesAreOpen = isOpen(SIZED.nodes, NODE_NAME);
  const two = isOpen(SIZED.bigips) && (await yes('Is BIG-IP a pair of units, active and standby?'));
  const bigips = two ? 2 : told.bigips;
  if (!nodesAreOpen) return { ...told, bigips };
  if (await yes('Are there two ramp nodes behind a virtual IP?')) return { bigips, nodes: 2 };
  return (await yes('Is the ramp node one without an SSM agent (RHCOS), which oc reaches?'))
    ? { bigips, nodes: 1, byOc: true }
    : { bigips, nodes: 1 };
}

/** Asks until the answer is one: a slip of the hand must not decide how many devices there are. */
async function askYes(what: string, { ask, tell }: Person): Promise<boolean> {
  for (;;) {
    const said = await ask(`${what} (yes/no) [no]: `);
    if (/^(?:n(?:o)?)?$/i.test(said)) return false;
    if (/^y(?:es)?$/i.test(said)) return true;
    tell(`Please answer yes or no, not "${said}".`);
  }
}
