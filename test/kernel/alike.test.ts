import { twins, type Said, type Twin, type Twins } from './support/alike';
import { CLEAN, FILE_CASES, NODE_CASES, STATES, type ObjectCases } from './support/alike-node';
import { LINES } from './support/alike-lines';
import { FIRST, SECOND } from './support/site';

let site: Twins;
beforeAll(async () => {
  site = await twins();
});
afterAll(() => site?.close());

const text = (said: unknown): string => JSON.stringify(said, null, 1);

/** Everything that differs, with what was done. */
class Differences {
  readonly all: { readonly after: string; readonly simulated: unknown; readonly kernel: unknown }[] = [];
  note(after: string, [simulated, kernel]: readonly [unknown, unknown]): void {
    if (text(simulated) !== text(kernel)) this.all.push({ after, simulated, kernel });
  }
}

describe('a line that is typed on a node', () => {
  test.each(Object.keys(LINES))('ends the same and says the same: %s', async (about) => {
    const found = new Differences();
    for (const line of LINES[about]!) found.note(line, await site.both((twin) => twin.type(FIRST, line)));
    expect(found.all).toEqual([]);
  });
});

/** Puts a node into a state, carries out an operation, and looks. */
async function tried(
  twin: Twin,
  node: string,
  each: ObjectCases,
  state: keyof ObjectCases['states'],
  operation: string,
) {
  const set = (lines: readonly string[]): Promise<Said> =>
    each.files ? twin.type(node, lines.join('; ') || ':') : twin.prepare(node, lines);
  const before = [await (each.files ? set(each.basis ?? []) : set([...CLEAN, ...(each.basis ?? [])]))];
  if (each.first) before.push(await twin.apply(node, [each.first]));
  before.push(await set(each.states[state]));
  return { before, done: await twin.apply(node, [operation]), then: await twin.answers(node, each.questions) };
}

describe.each(Object.entries({ ...NODE_CASES, ...FILE_CASES }))('of a ramp node, %s', (_, each) => {
  test.each(each.operations)('%s ends the same and leaves the same, whatever it finds', async (operation) => {
    const found = new Differences();
    // two states on either node, side by side: they are alike
    const halves = [
      [FIRST, STATES.slice(0, 2)],
      [SECOND, STATES.slice(2)],
    ] as const;
    await Promise.all(
      halves.map(async ([node, states]) => {
        for (const state of states)
          found.note(state, await site.both((twin) => tried(twin, node, each, state, operation)));
      }),
    );
    expect(found.all).toEqual([]);
  });
});
