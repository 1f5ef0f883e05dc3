import fc from 'fast-check';
import { shareOf } from '../turns/turn';
import { pairSite, type Setting } from './support/bigip-pair';
import { EVENTS, finish, happen, type Life } from './support/bigip-pair-life';
import { discard } from './support/site';

/*
 * Lives of a pair of BIG-IPs: whatever happens, and in whatever order, an apply ends as declared or, while somebody else's change is pending, changes
 * nothing; a teardown leaves what was there.
 */

const SETTINGS: readonly Setting[] = [{}, { tunnels: 'disable' }, { autoSync: true }];

const lives = fc.record({
  setting: fc.constantFrom(...SETTINGS),
  events: fc.array(fc.constantFrom(...EVENTS), { minLength: 3, maxLength: 7 }),
});

/** The number of lives that are lived, of which the share is tried whose turn it is. */
const LIVES = 3;

test(
  'whatever happens to a pair, it ends as declared, and a teardown leaves what was there',
  async () => {
    const examples = shareOf(fc.sample(lives, LIVES)).map((life): [typeof life] => [life]);
    await fc.assert(
      fc.asyncProperty(lives, async ({ setting, events }) => {
        const open = await pairSite({ setting });
        try {
          const untouched = open.dump();
          const life: Life = { open, objects: 0 };
          for (const event of events) await happen(life, event);
          await finish(life);
          expect(open.dump()).toBe(untouched);
        } finally {
          await discard(open);
        }
      }),
      { examples, numRuns: examples.length, endOnFailure: true },
    );
  },
  5 * 60_000,
);
