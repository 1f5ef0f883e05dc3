import type { HistoryEvent } from '../../lab';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { declared } from '../examples';
import { discard, endOf, entered, site, type Site } from './support/site';

const first: Tunnel = { ...(declared('edge-e') as Tunnel), example: false };
/** Another tunnel on the same two units, from another ramp node. */
const second: Tunnel = {
  ...first,
  name: 'edge-e2',
  bigip: first.bigip.toReversed().map((unit, i) => ({ ...unit, inner: `10.3.96.21${8 + i}` })),
  ramp: {
    ...first.ramp,
    nodes: [{ ...first.ramp.nodes[0]!, instance: 'mi-0b4e90e00b4e90e00', address: '10.20.40.3' }],
  },
  tunnel: { ...first.tunnel, bigip: '10.3.96.216/24', node: '10.3.96.217' },
  objects: { ...first.objects, tunnel: 'SDN2', self: 'SDN2', snatPool: 'SDN2_snatpool', unitSelf: 'SDN2_unit' },
  clusterNetworks: ['10.132.0.0/14'],
  virtualServers: ['b-vserver', 'https-b-vserver'],
  probe: '10.134.0.7',
};
const KEY = 'pair 10.3.88.71+10.3.88.72';

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

/** Starts a run of a tunnel, and notes each state that it enters, as `edge-e Observe`. */
function start({ lab }: Site, { name }: Tunnel, states: string[], input: object = {}) {
  return lab.start({ tunnel: name, ...input }, (event: HistoryEvent) => {
    const state = entered(event);
    if (typeof state === 'string') states.push(`${name} ${state}`);
  });
}

/** Resolves when the states contain this one. */
async function reached(states: readonly string[], state: string): Promise<void> {
  while (!states.includes(state)) await new Promise((resolve) => setTimeout(resolve, 5));
}

// How a run ends is not the matter here, as long as it does work and nobody gives up.
const GAVE_UP = /^(TunnelBusy|Skipped|InvalidRequest)$/;

test('of two tunnels on one pair that are started together, one waits without a lease until the other has ended', async () => {
  here = await site({ spec: first, specs: [first, second] });
  const states: string[] = [];
  const runs = [first, second].map((spec) => start(here!, spec, states));
  const ends = (await Promise.all(runs.map(({ done }) => done))).map(endOf);
  for (const end of ends) expect(end).not.toMatch(GAVE_UP);

  const [winner, waiter] = states.find((state) => state.endsWith(' Take lease'))!.startsWith('edge-e2')
    ? ['edge-e2', 'edge-e']
    : ['edge-e', 'edge-e2'];
  const ended = states.indexOf(`${winner} ${ends[winner === 'edge-e' ? 0 : 1]}`);
  expect(states).toContain(`${waiter} Wait for the pair`);
  expect(states).not.toContain(`${winner} Wait for the pair`);
  expect(states.indexOf(`${waiter} Take lease`)).toBeGreaterThan(ended);
  expect(await here.lab.item(KEY)).toMatchObject({ holderTunnel: waiter });
});

test('after a run that was stopped on the pair, a run of another tunnel waits until it is repaired', async () => {
  here = await site({ spec: first, specs: [first, second] });
  const states: string[] = [];
  const dying = start(here, first, states);
  await reached(states, 'edge-e Observe');
  await here.lab.stop(dying.arn);
  expect((await dying.done).status).toBe('ABORTED');

  const other = start(here, second, states);
  await reached(states, 'edge-e2 Wait for the pair');
  expect(await here.lab.item('edge-e2')).toBeUndefined();
  expect(endOf(await start(here, first, states, { repair: dying.arn }).done)).toBe('Restored');
  expect(endOf(await other.done)).not.toMatch(GAVE_UP);
  expect(states.indexOf('edge-e2 Take lease')).toBeGreaterThan(states.indexOf('edge-e Restored'));
});
