import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import seconds from './seconds.json';

/** What of jest's tests the sequencer reads. */
interface File {
  readonly path: string;
}
interface Order {
  shard(files: readonly File[], share: { shardIndex: number; shardCount: number }): readonly File[];
  sort(files: readonly File[]): Promise<readonly File[]>;
}
const Sequencer = jest.requireActual<new () => Order>('./sequencer');
const order = new Sequencer();

const TEST = join(__dirname, '..');
const file = (name: string): File => ({ path: join(TEST, name) });
const names = (files: readonly File[]): readonly string[] => files.map(({ path }) => path.slice(TEST.length + 1));
const RECORDED = Object.keys(seconds);
/** Of the faults each share has a part of every file. */
const SHARED = RECORDED.filter((name) => !name.startsWith('faults/'));
const secondsOf = (name: string): number => (seconds as Record<string, number>)[name]!;
/** Whether a file has the machine for itself; of all others two run at once. */
const isAlone = (name: string): boolean => /^(ovs|vip|awscli|page|kernel|ovn|bench)\//.test(name);
/** How long these files take. */
const longOf = (files: readonly File[]): number =>
  names(files).reduce((sum, name) => sum + secondsOf(name) * (isAlone(name) ? 1 : 0.5), 0);

test('all shares of some files are these files, and no file is in two, recorded or not', () =>
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.oneof(fc.constantFrom(...RECORDED), fc.stringMatching(/^new\/[a-z]{1,8}\.test\.ts$/))),
      fc.integer({ min: 1, max: 12 }),
      (asked, shardCount) => {
        const shares = Array.from({ length: shardCount }, (_, i) =>
          order.shard(asked.map(file), { shardIndex: i + 1, shardCount }),
        );
        expect([...names(shares.flat())].sort()).toEqual([...asked].sort());
      },
    ),
  ));

test('a share does not depend on the order in which jest has found the files', () =>
  fc.assert(
    fc.property(fc.shuffledSubarray(RECORDED, { minLength: RECORDED.length }), (found) => {
      const share = { shardIndex: 2, shardCount: 6 };
      expect(names(order.shard(found.map(file), share)).toSorted()).toEqual(
        names(order.shard(RECORDED.map(file), share)).toSorted(),
      );
    }),
  ));

test('the six shares of all suites together take about the same time', () => {
  const files = SHARED.map(file);
  const shares = [1, 2, 3, 4, 5, 6].map((shardIndex) => longOf(order.shard(files, { shardIndex, shardCount: 6 })));
  expect(Math.max(...shares)).toBeLessThanOrEqual((1.05 * longOf(files)) / 6);
});

test('in which share a recorded file is does not depend on the files beside it', () =>
  fc.assert(
    fc.property(fc.subarray(SHARED), fc.integer({ min: 1, max: 6 }), (some, shardIndex) => {
      const share = { shardIndex, shardCount: 6 };
      const all = names(order.shard(SHARED.map(file), share));
      expect(names(order.shard(some.map(file), share))).toEqual(some.filter((name) => all.includes(name)));
    }),
  ));

test('what takes longest is begun first', () =>
  fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(RECORDED), async (found) => {
      const took = names(await order.sort(found.map(file))).map(secondsOf);
      expect(took).toEqual([...took].sort((a, b) => b - a));
    }),
  ));

test('only files that there are are recorded', () => {
  const there = new Set(readdirSync(TEST, { recursive: true, encoding: 'utf8' }));
  expect(RECORDED.filter((name) => !there.has(name))).toEqual([]);
});
