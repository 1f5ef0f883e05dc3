import { rmSync } from 'node:fs';
import type { Fault } from '../../lab/hosts/host';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { byOc, discard, endOf, settled, site, writes, type Site, type SiteOptions } from './support/site';

const NODE = byOc.ramp.nodes[0]!.node!;
const ADMIN = byOc.cluster!.admin;
/** The same node with an SSM agent. */
const withAgent: Tunnel = {
  ...byOc,
  ramp: {
    ...byOc.ramp,
    nodes: [{ instance: 'mi-0a4e90f10a4e90f10', address: '10.20.60.2', interface: 'br-ex', node: NODE }],
  },
};

let here: Site;
const folders: string[] = [];
afterEach(async () => {
  await discard(here);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const open = async (options: SiteOptions = {}): Promise<void> => void (here = await site({ spec: byOc, ...options }));

/** Closes the site and opens it again with other declarations, faults or rules. The hosts stay. */
async function again(options: SiteOptions): Promise<void> {
  await here.close();
  folders.push(here.state);
  await open({ from: here.state, ...options });
}

const ended = async (input: object = {}): Promise<string> => {
  const result = await here.run(input);
  return result.cause === undefined ? endOf(result) : `${endOf(result)}: ${result.cause}`;
};
const cluster = () => here.world.clusters[0]!;
const debugPods = () => cluster().pods.filter(({ debug }) => debug);
const debugs = (): readonly string[] =>
  here.lab.hosts.journal().flatMap(({ host, line }) => (host === ADMIN && line.includes(' debug ') ? [line] : []));
/** Spoils the commands to the node, from the nth on. */
const spoilt = (effect: Fault['effect'], nth: number, times = 1): readonly Fault[] =>
  Array.from({ length: times }, (_, i) => ({ host: ADMIN, match: ' debug ', nth: nth + i, effect }) as Fault);

test('a tunnel to a node without an SSM agent is applied, left unchanged and torn down, and leaves no debug Pod', async () => {
  await open();
  const before = here.dump();
  expect(await ended()).toBe('Applied');
  expect(writes(here)).toContain(`${NODE}: ip tunnel add tun1 mode ipip remote 10.20.60.1 local any dev br-ex`);
  expect(await ended()).toBe('Unchanged');
  expect(await ended({ action: 'verify' })).toBe('Verified');
  expect(await ended({ action: 'teardown' })).toBe('TornDown');
  expect(here.dump()).toBe(before);
});

test('the node gets no command but by its debug Pod, and each command needs one', async () => {
  await open();
  expect(await ended()).toBe('Applied');
  expect(here.lab.sends().filter(({ instance }) => instance === NODE)).toEqual([]);
  // Observe, configure, verify; each with the fence of the run, and the login's path in none.
  expect(debugs()).toHaveLength(3);
  for (const line of debugs()) expect(line).toMatch(/ SSM_Fence=[1-9]\d{12} .* -- chroot \/host /);
  expect(debugs().join()).not.toContain('SSM_Kubeconfig');
});

test('a node that reboots, of which EC2 says nothing, is built again by the watch', async () => {
  const spec: Tunnel = { ...byOc, example: false, watch: 30 };
  await open({ spec, events: true });
  expect(await ended()).toBe('Applied');
  const before = here.dump();
  here.world.reboot(NODE);
  await here.lab.settled();
  expect(here.lab.executions()).toHaveLength(1);
  await here.lab.passTime(3600);
  expect(here.lab.executions()[0]).toMatchObject({ Status: 'SUCCEEDED', Input: expect.stringContaining('schedule') });
  expect(here.dump()).toBe(before);
});

describe('nothing is changed, and the sentence says why, when', () => {
  test.each<[string, () => void, string]>([
    ['oc is not logged in', () => (cluster().refuses = 'login'), 'You must be logged in to the server'],
    ['the login may not start Pods', () => (cluster().refuses = 'pods'), 'cannot create resource "pods"'],
    [
      'the image cannot be pulled',
      () => (cluster().nodes[NODE]!.pullsNothing = true),
      '(ImagePullBackOff): Back-off pulling',
    ],
    ['the node is off', () => here.world.gone(NODE), 'the debug Pod did not start within 90 s (Pending)'],
  ])('%s', async (_, spoil, words) => {
    await open();
    spoil();
    const before = here.dump();
    const said = await ended();
    expect(said).toContain('NotStarted');
    expect(said).toContain(words);
    expect(here.dump()).toBe(before);
  });
});

test('a look whose Pod starts late, or whose connection is cut, is made again', async () => {
  await open({ faults: [...spoilt('pending', 1), ...spoilt('cut', 2)] });
  expect(await ended()).toBe('Applied');
  expect(debugPods()).toEqual([]);
});

test.each(['cut', 'pending', 'no-image'] as const)(
  'a change without an answer (%s) is not taken for one that did not run: the run looks again and restores',
  async (effect) => {
    await open({ faults: spoilt(effect, 2) });
    const before = settled(here);
    const said = await ended();
    expect(said).toMatch(/^RolledBack: /);
    expect(settled(here)).toBe(before);
    // The look, the change, and the looks of the restore.
    expect(debugs().length).toBeGreaterThan(3);
  },
);

describe('a node that is declared with another reach than it was applied with', () => {
  test.each([{}, { action: 'teardown' }])('is refused (%j): it would be changed as two', async (input) => {
    await open();
    expect(await ended()).toBe('Applied');
    await again({ spec: withAgent, also: [byOc] });
    const before = here.dump();
    expect(await ended(input)).toMatch(/^NotStarted: .*has the address of worker-0.ocp.example.com.*"forget"/);
    expect(here.dump()).toBe(before);
  });

  test('is taken over with "forget", without a change and without a cut', async () => {
    await open({ spec: withAgent, also: [byOc], world: { openshift: 4 } });
    expect(await ended()).toBe('Applied');
    await again({ spec: byOc, also: [withAgent] });
    const before = here.dump();
    const taken = await here.run({ forget: [withAgent.ramp.nodes[0]!.instance!] });
    expect([endOf(taken), taken.output]).toEqual(['Unchanged', expect.objectContaining({ remarks: [] })]);
    expect(await ended()).toBe('Unchanged');
    expect(debugs()).toHaveLength(2);
    expect(here.dump()).toBe(before);
    expect(await ended({ action: 'teardown' })).toBe('TornDown');
  });
});
