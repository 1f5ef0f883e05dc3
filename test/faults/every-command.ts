import { rmSync } from 'node:fs';
import type { HostCommand } from '../../lab/hosts/host';
import { EFFECTS, SCENARIOS, faultsOf, rehearse, spoiled, type Effect, type Rehearsed } from '../runs/support/faulty';
import { keepersOf } from '../runs/support/keepers';
import { shareOf } from '../turns/turn';

/** Which commands of a scenario are spoiled, and how. */
export interface Spoiling {
  readonly effects?: readonly Effect[];
  readonly of?: (command: HostCommand) => boolean;
  /** There are at least so many such commands. */
  readonly least?: number;
  /** At least so many of them change something. */
  readonly leastChanges?: number;
}

/**
 * Each effect of a fault at each command that the scenario runs on any host, or the share whose turn it is: it converges, or everything is as before.
 * Where a change fails after it was made, the keepers of all nodes look on: they must not put back what the run takes away.
 */
export function everyCommandSpoiled(
  index: number,
  { effects = EFFECTS, of = () => true, least = 11, leastChanges = 10 }: Spoiling = {},
): void {
  const scenario = SCENARIOS[index]!;
  describe(`${scenario.name}, spoiled at each of its commands,`, () => {
    let rehearsed: Rehearsed;
    beforeAll(async () => {
      rehearsed = await rehearse(scenario);
    });
    afterAll(() => rmSync(rehearsed.folder, { recursive: true, force: true }));

    test.each(effects)(
      'by %s, converges or leaves everything as before',
      async (effect) => {
        const faults = faultsOf({ commands: rehearsed.commands.filter(of) }, effect);
        expect(faults.length).toBeGreaterThanOrEqual(effect === 'fail-after' ? leastChanges : least);
        const wrong: string[] = [];
        // Elsewhere a keeper, which asks by the same lines, would meet the fault in the run's place; and drift it would put back itself.
        const areKept = effect === 'fail-after' && scenario.drift === undefined;
        const keepers = areKept ? keepersOf(scenario.first, scenario.spec) : undefined;
        for (const fault of shareOf(faults)) {
          const found = await spoiled(rehearsed, fault, keepers);
          if (found !== undefined) wrong.push(found);
        }
        expect(wrong.join('\n\n')).toBe('');
      },
      3_600_000,
    );
  });
}
