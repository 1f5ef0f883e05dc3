import { rmSync } from 'node:fs';
import { SCENARIOS, faultsOf, rehearse, spoiled, type Effect, type Rehearsed } from '../runs/support/faulty';

/** Each effect of a fault at each command that the scenario runs on any host: it converges, or everything is as before. */
export function everyCommandSpoiled(index: number): void {
  const scenario = SCENARIOS[index]!;
  describe(`${scenario.name}, spoiled at each of its commands,`, () => {
    let rehearsed: Rehearsed;
    beforeAll(async () => {
      rehearsed = await rehearse(scenario);
    });
    afterAll(() => rmSync(rehearsed.folder, { recursive: true, force: true }));

    test.each<Effect>(['fail-before', 'fail-after', 'hang'])(
      'by %s, converges or leaves everything as before',
      async (effect) => {
        const wrong: string[] = [];
        const faults = faultsOf(rehearsed, effect);
        expect(faults.length).toBeGreaterThan(10);
        for (const fault of faults) {
          const found = await spoiled(rehearsed, fault);
          if (found !== undefined) wrong.push(found);
        }
        expect(wrong.join('\n\n')).toBe('');
      },
      1_800_000,
    );
  });
}
