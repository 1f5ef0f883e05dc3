import { rmSync } from 'node:fs';
import { EFFECTS, SCENARIOS, faultsOf, rehearse, spoiled, type Effect, type Rehearsed } from '../runs/support/faulty';

/**
 * Each effect of a fault at each command that the scenario runs on any host: it converges, or everything is as before. Where time is short
 * (EDGE_RAMP_FAULTS=once, as in CI) each command once.
 */
export function everyCommandSpoiled(index: number): void {
  if (process.env['EDGE_RAMP_FAULTS'] === 'once') return everyCommandSpoiledOnce(index);
  spoiling(index, (rehearsed) => {
    test.each(EFFECTS)(
      'by %s, converges or leaves everything as before',
      async (effect) => expectSound(rehearsed(), effect),
      1_800_000,
    );
  });
}

/** Each command once, with the effects in turn: all three at each of a pair's take more than ten minutes. */
export function everyCommandSpoiledOnce(index: number): void {
  spoiling(index, (rehearsed) => {
    test(
      'once, by fail-before, fail-after and hang in turn, converges or leaves everything as before',
      async () => expectSound(rehearsed(), (place) => EFFECTS[place % EFFECTS.length]!),
      1_800_000,
    );
  });
}

function spoiling(index: number, tests: (rehearsed: () => Rehearsed) => void): void {
  const scenario = SCENARIOS[index]!;
  describe(`${scenario.name}, spoiled at each of its commands,`, () => {
    let rehearsed: Rehearsed;
    beforeAll(async () => {
      rehearsed = await rehearse(scenario);
    });
    afterAll(() => rmSync(rehearsed.folder, { recursive: true, force: true }));
    tests(() => rehearsed);
  });
}

async function expectSound(rehearsed: Rehearsed, effect: Effect | ((place: number) => Effect)): Promise<void> {
  const wrong: string[] = [];
  const faults = faultsOf(rehearsed, effect);
  expect(faults.length).toBeGreaterThan(10);
  for (const fault of faults) {
    const found = await spoiled(rehearsed, fault);
    if (found !== undefined) wrong.push(found);
  }
  expect(wrong.join('\n\n')).toBe('');
}
