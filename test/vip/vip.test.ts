import { until } from './support/namespace';
import { CHECK, MARK, Pair, type PairNode } from './support/pair';

const taken = (node: PairNode): Promise<void> => until('the address moves', () => node.holds());

/** Time for three checks and more, in which nothing is to happen. */
async function threeChecks(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 7000));
}

async function nothingMoved({ first, second }: Pair): Promise<void> {
  expect(await first.holds()).toBe(true);
  expect(await second.holds()).toBe(false);
  expect(first.states().filter((state) => state === 'FAULT')).toEqual([]);
  expect(second.states()).toEqual(['BACKUP']);
}

test('the check, word for word', () =>
  expect(CHECK).toBe("/bin/bash -c 'grep -qx .*127.112.0.8 /proc/net/fib_trie && exit 1 || exit 0'"));

describe('real keepalived, as the ipfailover image configures it, with the check', () => {
  test.concurrent('without any keeper one node holds the address, the other is its backup, and nothing moves', () =>
    Pair.with(async (pair) => {
      await threeChecks();
      await nothingMoved(pair);
    }),
  );

  test.concurrent('the mark on the holder moves the address to the other', () =>
    Pair.with(async ({ first, second }) => {
      await first.mark(60);
      await taken(second);
      await until('the first one lets go', async () => !(await first.holds()));
      expect(first.states().at(-1)).toBe('FAULT');
    }),
  );

  test.concurrent('a mark that nobody renews is gone by itself, and its node can take over again', () =>
    Pair.with(async ({ first, second }) => {
      await first.mark(6);
      await taken(second);
      await until('the mark is gone', async () => !(await first.marked()));
      await until('the check passes again', () => first.states().at(-1) !== 'FAULT');
      await second.mark(60);
      await taken(first);
    }),
  );

  test.concurrent('a backup that was marked can take over afterwards', () =>
    Pair.with(async ({ first, second }) => {
      await second.mark(6);
      await until('the check fails', () => second.states().at(-1) === 'FAULT');
      await until('the check passes again', () => second.states().at(-1) === 'BACKUP');
      expect(await first.holds()).toBe(true);
      await first.mark(60);
      await taken(second);
    }),
  );

  test.concurrent(
    "marks of other tunnels are none of ours, and neither is a branch of the kernel's tree between them",
    () =>
      Pair.with(async (pair) => {
        for (const node of [pair.first, pair.second]) {
          await node.mark(60, '127.112.0.9');
          await node.mark(60, '127.112.0.11');
          await node.mark(60, '127.112.0.80');
        }
        await threeChecks();
        await nothingMoved(pair);
      }),
  );

  test.concurrent('a killed holder is replaced', () =>
    Pair.with(async ({ first, second }) => {
      first.kill();
      await taken(second);
    }),
  );

  /** Both nodes have a whole tunnel and a keeper that has looked. */
  async function kept({ first, second }: Pair, fence: string): Promise<void> {
    for (const node of [first, second]) {
      await node.tunnel();
      node.keep(fence);
      await until('a first report', () => /^ok [0-9]+\n$/.test(node.reported()));
    }
  }

  test.concurrent(
    'the keeper moves the address when the tunnel is gone, and its death lets the node take over again',
    () =>
      Pair.with(async (pair) => {
        const { first, second } = pair;
        await kept(pair, '7 -'); // a run has just looked, so that nothing is put back
        await first.loseTunnel();
        await taken(second);
        expect(first.reported()).toMatch(
          /^broken [0-9]+ tun1 is not there, no route to 10\.3\.91\.216; not put back: a run worked on this node [0-9]+ s ago\n$/,
        );
        await first.endKeeper();
        await until('the mark is gone', async () => !(await first.marked()));
        await second.loseTunnel();
        await taken(first);
      }),
  );

  test.concurrent(
    'a keeper that may puts the tunnel back, takes its mark away, and its node has the address in the end',
    () =>
      Pair.with(async (pair) => {
        await kept(pair, '7 0123456789abcdef kept');
        await pair.first.loseTunnel();
        await until('the tunnel is there again', () => pair.first.hasRoute());
        await until('all is well', () => /^ok [0-9]+\n$/.test(pair.first.reported()));
        await until('the mark is gone', async () => !(await pair.first.marked()));
        await taken(pair.first);
      }),
  );
});

test.concurrent('without a check, as published, the mark moves nothing', () =>
  Pair.with(async (pair) => {
    await pair.first.mark(60);
    await threeChecks();
    await nothingMoved(pair);
    expect(await pair.first.marked(MARK)).toBe(true);
  }, 'true'),
);
