import { rmSync } from 'node:fs';
import type { Fault, HostCommand } from '../../lab/hosts/host';
import { EFFECTS, SCENARIOS, faultsOf, rehearse, spoiled, type Effect, type Rehearsed } from '../runs/support/faulty';
import { keepersBehindTheLook, keepersOf } from '../runs/support/keepers';
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

const place = (fault: Fault): string => JSON.stringify({ ...fault, effect: undefined });

/**
 * Each effect of a fault at each command that the scenario runs on any host, or the share whose turn it is: it converges, or everything is as before.
 * Where the command changes something, the keepers of all nodes look on: they must not put back what the run takes away.
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
        const commands = rehearsed.commands.filter(of);
        const faults = faultsOf({ commands }, effect);
        expect(faults.length).toBeGreaterThanOrEqual(effect === 'fail-after' ? leastChanges : least);
        const wrong: string[] = [];
        // At a question a keeper, which asks by the same lines, would meet the fault in the run's place.
        const kept = new Set(faultsOf({ commands }, 'fail-after').map(place));
        expect(faults.filter((fault) => kept.has(place(fault)))).toHaveLength(kept.size);
        const keepers = (scenario.drift ? keepersBehindTheLook : keepersOf)(scenario.first, scenario.spec);
        for (const fault of shareOf(faults)) {
          const found = await spoiled(rehearsed, fault, kept.has(place(fault)) ? keepers : undefined);
          if (found !== undefined) wrong.push(found);
        }
        expect(wrong.join('\n\n')).toBe('');
      },
      3_600_000,
    );
  });
}
