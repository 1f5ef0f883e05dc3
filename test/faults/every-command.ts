import { rmSync } from 'node:fs';
import { EFFECTS, SCENARIOS, faultsOf, rehearse, spoiled, type Rehearsed } from '../runs/support/faulty';
import { shareOf } from '../turns/turn';

/** Each effect of a fault at each command that the scenario runs on any host, or the share whose turn it is: it converges, or everything is as before. */
export function everyCommandSpoiled(index: number): void {
  const scenario = SCENARIOS[index]!;
  describe(`${scenario.name}, spoiled at each of its commands,`, () => {
    let rehearsed: Rehearsed;
    beforeAll(async () => {
      rehearsed = await rehearse(scenario);
    });
    afterAll(() => rmSync(rehearsed.folder, { recursive: true, force: true }));

    test.each(EFFECTS)(
      'by %s, converges or leaves everything as before',
      async (effect) => {
        const faults = faultsOf(rehearsed, effect);
        expect(faults.length).toBeGreaterThan(10);
        const wrong: string[] = [];
        for (const fault of shareOf(faults)) {
          const found = await spoiled(rehearsed, fault);
          if (found !== undefined) wrong.push(found);
        }
        expect(wrong.join('\n\n')).toBe('');
      },
      3_600_000,
    );
  });
}
