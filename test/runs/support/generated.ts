import * as fc from 'fast-check';
import { changedSpecs } from '../../lib/tunnel/generators';
import { shareOf } from '../../turns/turn';
import { discard, endOf, site, writes } from './site';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';

/** Two declarations of one tunnel that the simulated hosts can carry: one cluster network, outer addresses that the machines have. */
const pairs = changedSpecs.map(([one, two]): readonly [Tunnel, Tunnel] => {
  const plain = (spec: Tunnel): Tunnel => ({
    ...spec,
    bigip: one.bigip,
    ramp: one.ramp,
    save: one.save, // what was never saved is saved along by the first save, and stays so (ADR 0007)
    clusterNetworks: ['10.128.0.0/14'],
    virtualServers: spec.virtualServers.filter((name) => !name.includes('/')),
  });
  return [plain(one), plain(two)];
});

/**
 * Generated plans through the real scripts: a tunnel is applied and changed, each time observed again with nothing left to do; a change
 * that fails at its very end leaves what was before it; teardown leaves what was before the first.
 * @param count of generated pairs of declarations, of which the share is tried whose turn it is
 */
export async function generatedPlansHold(count: number): Promise<void> {
  const examples = shareOf(fc.sample(pairs, count)).map((pair): [typeof pair] => [pair]);
  await fc.assert(
    fc.asyncProperty(pairs, async ([one, two]) => {
      const first = await site({ spec: one, also: [two] });
      const untouched = first.dump();
      expect(endOf(await first.run())).toBe('Applied');
      expect(endOf(await first.run())).toBe('Unchanged');
      const applied = first.dump();
      await first.close();

      const second = await site({ from: first.state, spec: two, also: [one] });
      const changed = await second.run({ allowInterruption: true });
      expect([endOf(changed), changed.cause]).toEqual([expect.stringMatching(/^(Applied|Unchanged)$/), undefined]);
      expect(endOf(await second.run())).toBe('Unchanged');
      const last = second.lab.hosts.journal().findLast((command) => command.writes);
      const [done] = [writes(second).length];
      expect(endOf(await second.run({ action: 'teardown' }))).toBe('TornDown');
      expect(second.dump()).toBe(untouched);
      await discard(second);

      if (done > 0) {
        const fault = {
          host: last!.host,
          match: last!.line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
          nth: 1,
          effect: 'fail-after' as const,
        };
        const spoilt = await site({ from: first.state, spec: two, also: [one], faults: [fault] });
        expect(endOf(await spoilt.run({ allowInterruption: true }))).toBe('RolledBack');
        expect(spoilt.dump()).toBe(applied);
        await discard(spoilt);
      }
      await discard(first);
    }),
    { examples, numRuns: examples.length, endOnFailure: true },
  );
}
