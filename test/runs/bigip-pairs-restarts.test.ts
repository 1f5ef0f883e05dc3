import type { HostAction } from '../../lab/hosts/host';
import { end, expectBuilt, ONE, pairSite, run, TWO } from './support/bigip-pair';
import { discard } from './support/site';

/** At a command on a unit one of the two restarts, and has what it saved last. */
const restart = (unit: string, host: string, match: string) =>
  ({ host, match, nth: 1, effect: 'meanwhile', on: unit, does: 'reboot' satisfies HostAction }) as const;
/** What a unit is asked before it saves: whether what was changed last is still there. */
const BEFORE_SAVING = '^list ltm virtual [^ ]+ source-address-translation$';

test.each([
  ['the active unit, while BIG-IP pings', restart(ONE, ONE, '^run util ping')],
  ['the standby unit, while traffic is switched', restart(TWO, ONE, '^create cli transaction')],
  ['the active unit, before it saves', restart(ONE, ONE, BEFORE_SAVING)],
  ['the standby unit, before it saves', restart(TWO, TWO, BEFORE_SAVING)],
])('a unit that restarts has its older configuration again, and both are put back: %s', async (_which, fault) => {
  const open = await pairSite({ faults: [fault] });
  try {
    const before = open.dump();
    const fresh = await run(open);
    expect(fresh.end).toMatch(/^RolledBack: .*everything was put back/);
    expect(open.dump()).toBe(before);
    expect(await end(open)).toBe('Applied');
    expectBuilt(open);
  } finally {
    await discard(open);
  }
});
