import { twins, type Twin, type Twins } from './support/alike';
import type { Said } from './support/alike-agent';
import { BIGIP_CASES, CLEAN_BIGIP } from './support/alike-bigip';
import { compared as comparedOn, live, type Difference } from './support/alike-life';
import { LINES } from './support/alike-lines';
import { FILE_CASES, NODE_CASES, STATES, type ObjectCases, type StateName } from './support/alike-node';
import { steps, within } from './support/alike-steps';
import { BIGIP, FIRST, PODS, SECOND, single } from './support/site';

let site: Twins;
beforeAll(async () => {
  site = await twins();
});
afterAll(() => site?.close());

const compared = <T>(after: string, does: (twin: Twin) => Promise<T>): Promise<readonly Difference[]> =>
  comparedOn(site, after, does);

async function each<T>(all: readonly T[], does: (one: T) => Promise<readonly Difference[]>): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const one of all) found.push(...(await does(one)));
  return found;
}

test.each(Object.keys(LINES))('lines typed on a node end the same and say the same: %s', async (about) => {
  expect(await each(LINES[about]!, (line) => compared(line, (twin) => twin.type(FIRST, line)))).toEqual([]);
});

/** Puts a node into a state, carries out an operation, and looks. */
async function onNode(twin: Twin, node: string, cases: ObjectCases, state: StateName, operation: string) {
  const { files, first, clear = [], basis = [], states, questions } = cases;
  const set = (lines: readonly string[]): Promise<Said> =>
    files ? twin.type(node, [...lines, ':'].join('; ')) : twin.prepare(node, [...lines, ':']);
  const before = [await set([...clear, ...basis])];
  if (first) before.push(await twin.apply(node, [first]));
  before.push(await set(states[state]));
  return [before, await twin.apply(node, [operation]), await twin.answers(node, questions)];
}

describe.each(Object.entries({ ...NODE_CASES, ...FILE_CASES }))('of a ramp node, %s', (_, cases) => {
  test.each(cases.operations)('%s ends the same and leaves the same, whatever it finds', async (operation) => {
    const half = (node: string, states: readonly StateName[]): Promise<Difference[]> =>
      each(states, (state) => compared(state, (twin) => onNode(twin, node, cases, state, operation)));
    // the nodes are alike: each has two of the states, side by side
    const found = await Promise.all([half(FIRST, STATES.slice(0, 2)), half(SECOND, STATES.slice(2))]);
    expect(found.flat()).toEqual([]);
  });
});

describe.each(Object.entries(BIGIP_CASES))('of BIG-IP, %s', (_, { basis = [], states, operations, questions }) => {
  test.each(operations)('%s ends the same and leaves the same, whatever it finds', async (operation) => {
    const found = await each(STATES, (state) =>
      compared(state, async (twin) => {
        const said: Said[] = [];
        for (const line of [...CLEAN_BIGIP, ...basis, ...states[state]]) said.push(await twin.type(BIGIP, line));
        return [said, await twin.apply(BIGIP, [operation]), await twin.answers(BIGIP, questions)];
      }),
    );
    expect(found).toEqual([]);
  });
});

/** How long sequences are tried, in seconds. */
const SECONDS = Number(process.env['EDGE_RAMP_ALIKE_SECONDS'] ?? 60);
const SEED = Number(process.env['EDGE_RAMP_ALIKE_SEED'] ?? 1);

test(
  'whatever happens one after the other, both are seen in the same state, and the same is reached through the tunnel',
  async () => {
    for (const line of CLEAN_BIGIP) await site.both((twin) => twin.type(BIGIP, line));
    const seen = { spec: single, bigip: BIGIP, node: FIRST, pods: [PODS.ramp] };
    const { done, all } = await live(site, within(SECONDS, steps(SEED)), seen);
    console.info(`alike: ${done.length} steps of seed ${SEED} in ${SECONDS} s`);
    expect({ all, done: all.length > 0 ? done : [] }).toEqual({ all: [], done: [] });
    expect(done.length).toBeGreaterThan(1);
  },
  (SECONDS + 120) * 1000,
);
