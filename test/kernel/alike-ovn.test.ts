import { twins, type Twins } from './support/alike';
import { compared, live, type Difference } from './support/alike-life';
import { LINES, NODE, onOvn, steps } from './support/alike-ovn';

/*
 * A ramp node of OVN-Kubernetes: simulated, and on a kernel with a router in place of OVN (lab/kernel/network/ovn-twin.sh).
 */
let site: Twins;
beforeAll(async () => {
  site = await twins(onOvn);
});
afterAll(() => site?.close());

test('lines typed on a node end the same and say the same', async () => {
  const found: Difference[] = [];
  for (const line of LINES) found.push(...(await compared(site, line, (twin) => twin.type(NODE, line))));
  expect(found).toEqual([]);
});

const STEPS = Number(process.env['EDGE_RAMP_ALIKE_STEPS'] ?? 20);
const SEED = Number(process.env['EDGE_RAMP_ALIKE_SEED'] ?? 1);

test('whatever happens one after the other, both are seen in the same state, and the same is reached through the tunnel', async () => {
  const seen = { spec: onOvn, bigip: onOvn.bigip[0]!.management, node: NODE, pods: ['10.129.0.5', '10.130.0.7'] };
  const { done, all } = await live(site, steps(SEED, STEPS), seen);
  expect({ all, done: all.length > 0 ? done : [] }).toEqual({ all: [], done: [] });
  expect(done).toHaveLength(STEPS);
}, 1_800_000);
