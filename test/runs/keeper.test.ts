import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { FIRST, NODE, SECOND, discard, endOf, example, pair, site, writes, type Site } from './support/site';

async function end(open: Site, input: object = {}): Promise<string> {
  const result = await open.run(input);
  return result.cause === undefined ? endOf(result) : `${endOf(result)}: ${result.cause}`;
}

const output = async (open: Site, input: object = {}): Promise<any> => (await open.run(input)).output;

const holder = (open: Site): readonly string[] =>
  Object.entries(open.world.nodes)
    .filter(([, { addresses }]) => addresses.some(({ address }) => address === pair.ramp.vip))
    .map(([name]) => name);

test('a pair with another cookie keeps its virtual IP where it is', async () => {
  const first = await site({ spec: pair });
  expect(await end(first)).toBe('Applied');
  expect(holder(first)).toEqual([FIRST]);
  await first.close();
  const other: Tunnel = { ...pair, cookie: '0x998' };
  const second = await site({ from: first.state, spec: other });
  second.world.gone(SECOND);
  expect(await end(second)).toMatch(new RegExp(`^NotStarted: .*ramp node ${SECOND} cannot be reached.*flows 0x999 `));
  second.world.back(SECOND);
  expect(await end(second)).toBe('Applied');
  for (const node of [FIRST, SECOND]) {
    const lines = writes(second).filter((line) => line.startsWith(node));
    const at = (text: string): number => lines.findIndex((line) => line.includes(text));
    expect(at('systemctl stop')).toBeLessThan(at('--bundle add-flows'));
    expect(at('--bundle add-flows')).toBeLessThan(at('systemctl restart'));
  }
  expect(holder(second)).toEqual([FIRST]);
  expect(await end(second)).toBe('Unchanged');
  await discard(second);
  await discard(first);
});

test('a keeper of an earlier version goes with the tunnel', async () => {
  const open = await site({ spec: pair });
  const untouched = open.dump();
  expect(await end(open)).toBe('Applied');
  await open.world.run(SECOND, `echo "# earlier" >> "$EDGE_RAMP_ROOT/var/lib/edge-ramp/${pair.name}.keeper"`);
  expect(await output(open, { action: 'plan' })).toMatchObject({
    changes: [{ device: `ramp node ${SECOND}`, text: expect.stringContaining('keeper') }],
  });
  expect(await end(open, { action: 'teardown' })).toBe('TornDown');
  expect(open.dump()).toBe(untouched);
  await discard(open);
});

describe('snat: gateway, on a node that got another subnet', () => {
  const gateway: Tunnel = { ...example, snat: 'gateway' };
  let open: Site;
  beforeEach(async () => {
    open = await site({ spec: gateway });
    await open.run({});
    const { settings } = open.world.nodes[NODE]!;
    Object.assign(settings, { gateway: '10.131.2.1/23', pods: settings.pods.map((_, i) => `10.131.2.${5 + i}`) });
  });
  afterEach(() => discard(open));

  const rules = (): readonly string[] =>
    open
      .dump()
      .split('\n')
      .filter((line) => line.includes(' POSTROUTING ') && line.includes(`edge-ramp:${gateway.name}`))
      .map((line) => /--to-source (\S+)/.exec(line)![1]!);

  test('by a restart: its keeper translates to the address that tun0 has now, and a run has nothing to do', async () => {
    await open.lab.hosts.act(NODE, 'reboot');
    expect(rules()).toEqual([]);
    await open.lab.hosts.act(NODE, 'keep');
    expect(rules()).toEqual(['10.131.2.1']);
    expect(await end(open)).toBe('Unchanged');
  });

  test('while the old rule stands: its keeper leaves it to a run, which leaves one rule', async () => {
    await open.lab.hosts.act(NODE, 'restart-ovs');
    await open.lab.hosts.act(NODE, 'keep');
    expect(rules()).toEqual(['10.129.0.1']);
    expect(await output(open, { action: 'plan' })).toMatchObject({
      changes: [expect.objectContaining({ text: expect.stringContaining('10.131.2.1') })],
    });
    expect(await end(open, { allowInterruption: true })).toBe('Applied');
    expect(rules()).toEqual(['10.131.2.1']);
  });
});

describe('a tunnel that is paused', () => {
  let open: Site;
  beforeEach(async () => void (open = await site({ spec: pair })));
  afterEach(() => discard(open));

  const lost = (): Promise<unknown> => open.world.run(FIRST, 'ip link set tun1 down');
  const isUp = async (): Promise<boolean> =>
    (await open.world.run(FIRST, 'ip -o link show dev tun1')).out.includes('UP');
  const looks = (): Promise<unknown> => open.lab.hosts.act(FIRST, 'keep');
  const pause = (): Promise<any> => output(open, { action: 'pause', reason: 'change 4711' });

  test('is left alone by its keepers too, until it is resumed', async () => {
    expect(await end(open)).toBe('Applied');
    expect(await pause()).toMatchObject({ endState: 'Paused', remarks: [] });
    await lost();
    await looks();
    expect(await isUp()).toBe(false);
    expect(await output(open, { action: 'resume' })).toMatchObject({ endState: 'Resumed', remarks: [] });
    await looks();
    expect(await isUp()).toBe(true);
  });

  test('is changed by a person, and its keepers rest on, also those that this run starts', async () => {
    expect(await pause()).toMatchObject({ endState: 'Paused', remarks: [] });
    expect(await end(open)).toBe('Applied');
    await lost();
    await looks();
    expect(await isUp()).toBe(false);
    expect(await end(open)).toBe('Applied');
    await lost();
    await looks();
    expect(await isUp()).toBe(false);
  });

  test('whose node cannot be reached is paused all the same: that node is named, and told by the next pause', async () => {
    expect(await end(open)).toBe('Applied');
    open.world.gone(FIRST);
    expect(await pause()).toMatchObject({
      endState: 'Paused',
      remarks: [
        expect.stringMatching(
          new RegExp(
            `^ramp node ${FIRST}: its keeper could not be told, and may still put back .*; pause edge-b again`,
          ),
        ),
      ],
    });
    open.world.back(FIRST);
    await lost();
    await looks();
    expect(await isUp()).toBe(true);
    expect(await pause()).toMatchObject({ remarks: [] });
    await lost();
    await looks();
    expect(await isUp()).toBe(false);
  });

  test('and torn down, resumed and applied again has keepers that work', async () => {
    expect(await end(open)).toBe('Applied');
    await pause();
    expect(await end(open, { action: 'teardown' })).toBe('TornDown');
    expect(await output(open, { action: 'resume' })).toMatchObject({ endState: 'Resumed', remarks: [] });
    expect(await end(open)).toBe('Applied');
    await lost();
    await looks();
    expect(await isUp()).toBe(true);
  });
});
