import { rmSync } from 'node:fs';
import * as fc from 'fast-check';
import type { Fault } from '../../lab/hosts/host';
import { SCENARIOS, difference, faultsOf, rehearse, type Rehearsed, type Scenario } from '../runs/support/faulty';
import { keepersOf } from '../runs/support/keepers';
import { NODE, discard, endOf, example, settled, site } from '../runs/support/site';
import { shareOf } from '../turns/turn';

/** What the ramp node of the example loses, and its keeper puts back. */
const LOSSES = [
  { does: 'wipe-flows' },
  { does: 'restart-ovs' },
  { types: 'ip route del 10.3.91.216/32' },
  { types: 'ip link set tun1 down' },
  { types: 'ip tunnel del tun1' },
  { types: 'ip addr del 10.129.1.254/32 dev tun0' },
  { types: 'iptables -w -D INPUT -p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT' },
] as const;
const UNCHANGED: Scenario = { ...SCENARIOS[2]!, name: 'a second apply', input: {} };

/** tun0 has another MAC address in each bridge that the SDN makes. */
const inAnyBridge = (dump: string): string => dump.replaceAll(/\b0a:1f:5e(:[0-9a-f]{2}){3}/g, '[mac]');

let rehearsed: readonly Rehearsed[] = [];
beforeAll(async () => {
  for (const scenario of [UNCHANGED, SCENARIOS[1]!, SCENARIOS[2]!])
    rehearsed = [...rehearsed, await rehearse(scenario)];
});
afterAll(() => rehearsed.forEach(({ folder }) => rmSync(folder, { recursive: true, force: true })));

interface Outcome {
  readonly ends: string;
  readonly causes: string;
  readonly left: string;
}

/** A run with a fault, beside its keeper, and the same run once more. */
async function twice({ scenario, folder }: Rehearsed, fault: Fault): Promise<Outcome> {
  const open = await site({ from: folder, spec: scenario.spec, also: [scenario.first], faults: [fault] });
  const keepers = keepersOf(example)(open);
  try {
    const [first, second] = [await open.run(scenario.input), await open.run(scenario.input)];
    await keepers.end();
    return { ends: `${endOf(first)}, ${endOf(second)}`, causes: `${first.cause} ${second.cause}`, left: settled(open) };
  } finally {
    await keepers.end();
    await discard(open);
  }
}

const CONVERGES = /^(Applied|Unchanged|TornDown|RolledBack|NotStarted|NotVerified), (Applied|Unchanged|TornDown)$/;

test('of 200 random runs, during which a node loses something that its keeper puts back, each converges, or is put back, and the next one converges', async () => {
  const random = fc.record({ kind: fc.nat(2), place: fc.nat(), loss: fc.constantFrom(...LOSSES) });
  const wrong: string[] = [];
  for (const { kind, place, loss } of shareOf(fc.sample(random, { numRuns: 200, seed: 33 }))) {
    const clean = rehearsed[kind]!;
    const places = faultsOf(clean, 'fail-before');
    const fault = { ...places[place % places.length]!, effect: 'meanwhile', on: NODE, ...loss } as Fault;
    const { ends, causes, left } = await twice(clean, fault);
    const differs = difference(inAnyBridge(clean.after), inAnyBridge(left));
    if (!CONVERGES.test(ends) || differs !== '' || causes.includes('the lab failed'))
      wrong.push(`${clean.scenario.name}, ${JSON.stringify(fault)}: ${ends}: ${causes}\n${differs}`);
  }
  expect(wrong.join('\n\n')).toBe('');
}, 3_600_000);
