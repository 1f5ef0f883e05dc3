import { appliedSite } from './support/applied';
import { differencesThatStay, lastingDumps, type Dumps } from './support/lasting';
import { FIRST, PODS, SECOND, pair, type KernelSite } from './support/site';
import { ask, VIRTUALS } from './support/traffic';
import { holds, passage, states, tell } from './support/vip';
import { until } from './support/waiting';
import { written } from './support/written';

/** The address that Pods see when the way leads by the first node, and by the second. */
const BY_FIRST = '10.129.1.254';
const BY_SECOND = '10.131.1.254';
/** A Pod of the first node, one of the worker, one of the second node: the members of the virtual servers. */
const PODS_OF_ALL = [PODS.ramp, PODS.worker, '10.131.0.5'];

let site: KernelSite;
let right: Dumps;
const dumps = () => lastingDumps(site);

beforeAll(async () => {
  site = await appliedSite({ spec: pair });
  await until('the first node holds the address', () => holds(site, FIRST));
  await until('the second node is its backup', () => isLast(SECOND, 'BACKUP'));
  right = await dumps();
});
afterAll(() => site?.close());

const lastState = async (node: string): Promise<string | undefined> => (await states(site, node)).at(-1);
const isLast = async (node: string, state: string): Promise<boolean> => (await lastState(node)) === state;

/** The next run ends with this and writes these lines of a node, in their order. Keepers stand back: the run before has looked at the nodes within five minutes. */
async function heals(node: string, lines: readonly string[]): Promise<void> {
  const changes = await written(site, async () => expect(await site.end()).toBe('Applied'));
  expect(changes).toEqual(lines.map((line) => `${node} ${line}`));
}

const FLOWS = 'ovs-ofctl -O OpenFlow13 --bundle add-flows br0 -';
const TUNNEL = [
  'ip tunnel add tun1 mode ipip remote 10.20.30.1 local 10.20.30.4 dev eth0',
  'ip link set tun1 up',
  'ip addr add 10.3.92.217/32 dev tun1',
  'ip route add 10.3.92.216/32 dev tun1',
];
const RULE = 'iptables -w -I INPUT 1 -p 4 -s 10.20.30.1 -m comment --comment edge-ramp:edge-b -j ACCEPT';

test('while both are well the first holds the address, the second is its backup, and an unchanged run moves nothing', async () => {
  const before = [await states(site, FIRST), await states(site, SECOND)];
  const seen = await passage(site, async () => expect(await site.end()).toBe('Unchanged'));
  tell('a pair that is well', seen);
  expect(Object.keys(seen.requests.peers)).toEqual([BY_FIRST]);
  expect([await states(site, FIRST), await states(site, SECOND)]).toEqual(before);
  expect(before.map((all) => all.at(-1))).toEqual(['MASTER', 'BACKUP']);
  expect(before[1]).not.toContain('MASTER');
});

test('a backup with a dead tunnel stands back, and the holder carries on', async () => {
  const [first, second] = [await states(site, FIRST), await states(site, SECOND)];
  const seen = await passage(site, () => site.type(SECOND, 'ip tunnel del tun1'), [
    "the second node's check fails",
    () => isLast(SECOND, 'FAULT'),
  ]);
  expect(Object.keys(seen.requests.peers)).toEqual([BY_FIRST]);
  expect(seen.requests.failed).toBe(0);
  await heals(SECOND, TUNNEL);
  await until('the second node is a backup again', () => isLast(SECOND, 'BACKUP'));
  expect(await states(site, SECOND)).toEqual([...second, 'FAULT', 'BACKUP']);
  expect(await states(site, FIRST)).toEqual(first);
  expect(await differencesThatStay(right, dumps)).toEqual({});
});

/** Something happens to the first node, which holds the address: traffic stops once, if at all, and goes on by the second, to these Pods through a virtual server. */
async function movesToSecond(
  what: string,
  happening: () => Promise<unknown>,
  pods: readonly string[] = PODS_OF_ALL,
): Promise<void> {
  const seen = await passage(site, happening, [
    'the second node holds the address and carries',
    async () => (await holds(site, SECOND)) && (await ask(site, VIRTUALS[0])).endsWith(` peer=${BY_SECOND}`),
  ]);
  tell(what, seen);
  expect(seen.requests.peers).toEqual({ [BY_FIRST]: expect.any(Number), [BY_SECOND]: expect.any(Number) });
  expect(seen.outages.length).toBeLessThanOrEqual(1);
  expect(await lastState(SECOND)).toBe('MASTER');
  const answers = await Promise.all(PODS_OF_ALL.map(() => ask(site, VIRTUALS[0])));
  const good = answers.filter((answer) => answer.startsWith('pod=')).toSorted();
  expect(good).toEqual(pods.map((pod) => `pod=${pod} peer=${BY_SECOND}`));
}

/** The node that starts as MASTER takes the address back by itself when it can carry again: keepalived clears preempt_delay for it (OS-40). */
async function movesBack(what: string, healing: () => Promise<void>): Promise<void> {
  const seen = await passage(site, healing, ['the first node holds the address again', () => holds(site, FIRST)]);
  tell(what, seen);
  await until('the second node is its backup', () => isLast(SECOND, 'BACKUP'));
  expect(await holds(site, SECOND)).toBe(false);
  expect(await differencesThatStay(right, dumps)).toEqual({});
}

test('the node with the address loses its power: traffic goes on by the other', () =>
  movesToSecond('the holder lost its power', () => site.hosts.act(FIRST, 'gone'), PODS_OF_ALL.slice(1)));

test('it comes back without its tunnel: the address stays away from it until a run has healed it', async () => {
  await site.hosts.act(FIRST, 'back');
  await until('its check fails', () => isLast(FIRST, 'FAULT'));
  expect(await states(site, FIRST)).toEqual(['BACKUP', 'FAULT']);
  expect(await holds(site, FIRST)).toBe(false);
  const source = 'ip addr add 10.129.1.254/32 dev tun0';
  await movesBack('the first node came back and was healed', () => heals(FIRST, [RULE, ...TUNNEL, source, FLOWS]));
});

test.each([
  ['its tunnel', () => site.type(FIRST, 'ip tunnel del tun1'), TUNNEL],
  ['its flows', () => site.hosts.act(FIRST, 'wipe-flows'), [FLOWS]],
] as const)(
  'the holder lives, but has lost %s: the address moves, and moves back once a run has healed it',
  async (what, loss, healing) => {
    await movesToSecond(`the holder lost ${what}`, loss);
    expect(await lastState(FIRST)).toBe('FAULT');
    await movesBack(`the first node got ${what} back`, () => heals(FIRST, healing));
  },
);
