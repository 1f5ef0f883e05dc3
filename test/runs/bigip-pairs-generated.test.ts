import fc from 'fast-check';
import { tunnelSchema } from '../../lib/tunnel/declaration/parse';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { bigipPairs } from '../lib/tunnel/generators';
import { shareOf } from '../turns/turn';
import { discard, endOf, site, type Site } from './support/site';

/** Two declarations of one tunnel that the simulated hosts can carry: one cluster network, outer addresses that the machines have. */
const declarations = fc
  .tuple(
    bigipPairs,
    bigipPairs,
    fc.subarray(['tunnel', 'objects', 'snat', 'cookie', 'virtualServers'] as const, { minLength: 1 }),
  )
  .map(([spec, other, fields]) => {
    const plain = (each: object): object => ({ ...each, clusterNetworks: ['10.128.0.0/14'] });
    const taken = Object.fromEntries(fields.map((field) => [field, other[field]]));
    const bigip = spec.bigip.map((unit, i) =>
      fields.includes('tunnel') ? { ...unit, inner: other.bigip[i]!.inner } : unit,
    );
    return [spec, { ...spec, ...taken, bigip }].map((each) => tunnelSchema.safeParse(plain(each)));
  })
  .filter((both) => both.every(({ success }) => success))
  .map((both) => both.map(({ data }) => data as Tunnel) as [Tunnel, Tunnel])
  .filter((both) => both.every(({ virtualServers }) => virtualServers.every((name) => !name.includes('/'))));

/** The number of pairs of declarations that are tried, of which the share is tried whose turn it is. */
const COUNT = 2;

test(
  'generated pairs of BIG-IPs through the real scripts: applied, changed, put back and torn down exactly',
  async () => {
    const examples = shareOf(fc.sample(declarations, COUNT)).map((both): [typeof both] => [both]);
    await fc.assert(
      fc.asyncProperty(declarations, async ([one, two]) => {
        let open = await site({ spec: one, also: [two] });
        const next = async (spec: Tunnel): Promise<void> => {
          const before: Site = open;
          await before.close();
          open = await site({ from: before.state, spec, also: [one, two] });
          await discard(before);
        };
        const untouched = open.dump();
        const ends = async (input: object, end: RegExp): Promise<void> => {
          const result = await open.run(input);
          expect([endOf(result), result.cause]).toEqual([expect.stringMatching(end), undefined]);
        };
        try {
          await ends({}, /^Applied$/);
          await ends({}, /^Unchanged$/);
          await next(two);
          await ends({ allowInterruption: true }, /^(?:Applied|Unchanged)$/);
          await ends({}, /^Unchanged$/);
          await open.lab.hosts.act(two.bigip[0]!.management, 'failover');
          await ends({ action: 'verify' }, /^Verified$/);
          await ends({ action: 'teardown' }, /^TornDown$/);
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
