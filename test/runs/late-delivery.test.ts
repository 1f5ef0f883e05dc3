import type { Fault } from '../../lab/hosts/host';
import { discard, endOf, NODE, site, type Site } from './support/site';

const APPLY = 'ramp-apply';

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});
/** At a speed for runs that wait for deliveries that never happen. */
const open = async (fault: Fault): Promise<Site> => (here = await site({ faults: [fault], speed: 50 }));

/** Commands that were delivered although their sender had been told that they never would be. */
const late = ({ lab }: Site) => lab.trips().flatMap((trip) => (trip.late ? [trip.late] : []));
/** Waits until so many of them have ended. */
async function afterLate(open: Site, count: number): Promise<readonly { code: number; stderr: string }[]> {
  while (late(open).length < count) await new Promise((resolve) => setTimeout(resolve, 50));
  return late(open);
}

const withoutCopies = (dump: string) =>
  dump
    .split('\n')
    .filter((line, i, all) => line !== all[i - 1])
    .join('\n');

describe('when a command is run although its delivery had timed out', () => {
  test('after the run has given up and restored: its fence refuses it, and nothing changes', async () => {
    const opened = await open({ host: NODE, match: APPLY, nth: 1, times: 3, effect: 'late-delivery', after: 600 });
    const before = opened.dump();
    const result = await opened.run();
    expect([endOf(result), opened.dump()]).toEqual(['RolledBack', before]);
    expect(result.cause).toContain('never started (DeliveryTimedOut)');
    const ended = await afterLate(opened, 3);
    expect(ended.map(({ code }) => code)).toEqual([11, 11, 11]);
    expect(ended[0]!.stderr).toContain('this command is from an overtaken run');
    expect(opened.dump()).toBe(before);
  });

  test('while the run still tries: it is not told what happened, and puts everything back', async () => {
    const opened = await open({ host: NODE, match: APPLY, nth: 1, times: 3, effect: 'late-delivery', after: 1 });
    const before = opened.dump();
    const result = await opened.run();
    await afterLate(opened, 3);
    expect([endOf(result), opened.dump()]).toEqual(['RolledBack', before]);
  });

  test('after a second copy was delivered in time: what stands keeps standing', async () => {
    const opened = await open({ host: NODE, match: APPLY, nth: 1, effect: 'late-delivery', after: 600 });
    const before = opened.dump();
    const result = await opened.run();
    expect([endOf(result), result.cause]).toEqual(['Applied', undefined]);
    const applied = opened.dump();
    const [ended] = await afterLate(opened, 1);
    expect(ended!.code).toBe(20); // the tunnel exists already
    // The same fence and plan: it gets as far as a second copy of the firewall rule, which does no harm and goes with the tunnel.
    expect(withoutCopies(opened.dump())).toBe(withoutCopies(applied));
    expect(endOf(await opened.run())).toBe('Unchanged');
    expect(endOf(await opened.run({ action: 'teardown' }))).toBe('TornDown');
    expect(opened.dump()).toBe(before);
  });
});
