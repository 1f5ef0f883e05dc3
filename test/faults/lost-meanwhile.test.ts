import { readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { Fault } from '../../lab/hosts/host';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { SCENARIOS, difference, faultsOf, rehearse, type Rehearsed, type Scenario } from '../runs/support/faulty';
import { keptRun } from '../runs/support/keepers';
import {
  FIRST,
  NODE,
  SECOND,
  discard,
  endOf,
  example,
  onOvn,
  pair,
  settled,
  site,
  type Site,
} from '../runs/support/site';
import { shareOf } from '../turns/turn';

/** What a node loses, and its keeper puts back: what happens to it, or a line that somebody types there. */
type Loss = { readonly does: 'wipe-flows' | 'restart-ovs' } | { readonly types: string };
/** A kind of run: on these nodes something is lost meanwhile. */
interface Kind {
  readonly scenario: Scenario;
  readonly nodes: readonly string[];
  readonly losses: readonly Loss[];
}

/** Of the node's part of a tunnel, however it translates. */
const lossesOf = ({ name, bigip, tunnel }: Tunnel): readonly Loss[] =>
  [
    `ip route del ${tunnel.bigip.split('/')[0]}/32`,
    'ip link set tun1 down',
    'ip tunnel del tun1',
    `iptables -w -D INPUT -p 4 -s ${bigip[0]!.address} -m comment --comment edge-ramp:${name} -j ACCEPT`,
  ].map((types) => ({ types }));
const BY_FLOWS: readonly Loss[] = [
  ...lossesOf(example),
  { does: 'wipe-flows' },
  { does: 'restart-ovs' },
  { types: 'ip addr del 10.129.1.254/32 dev tun0' },
];
const ON_PAIR: readonly Loss[] = [...lossesOf(pair), { does: 'wipe-flows' }, { does: 'restart-ovs' }];
/** The rule of nat of a source address. */
const nat = (spec: Tunnel, source: string, output: string, to: string): Loss => ({
  types: `iptables -w -t nat -D POSTROUTING -s ${source} -o ${output} -m comment --comment edge-ramp:${spec.name} -j SNAT --to-source ${to}`,
});
const BY_GATEWAY: readonly Loss[] = [...lossesOf(example), nat(example, '10.3.91.216', 'tun0', '10.129.0.1')];
const ON_OVN: readonly Loss[] = [...lossesOf(onOvn), nat(onOvn, '10.3.96.216', 'ovn-k8s-mp0', '10.129.0.2')];

const fresh = (spec: Tunnel): Scenario => ({
  name: `a fresh apply of ${spec.name}`,
  first: spec,
  prepare: [],
  spec,
  input: {},
});
const second = (spec: Tunnel): Scenario => ({ ...fresh(spec), name: `a second apply of ${spec.name}`, prepare: [{}] });
const teardown = (spec: Tunnel): Scenario => ({
  ...second(spec),
  name: `a teardown of ${spec.name}`,
  input: { action: 'teardown' },
});
/** It has edge-a's name too. */
const gateway: Tunnel = { ...example, snat: 'gateway' };
const KINDS: readonly Kind[] = [
  ...[fresh(example), second(example), SCENARIOS[1]!, teardown(example)].map((scenario) => ({
    scenario,
    nodes: [NODE],
    losses: BY_FLOWS,
  })),
  ...[second(pair), teardown(pair)].map((scenario) => ({ scenario, nodes: [FIRST, SECOND], losses: ON_PAIR })),
  ...[second(gateway), teardown(gateway)].map((scenario) => ({ scenario, nodes: [NODE], losses: BY_GATEWAY })),
  ...[fresh(onOvn), second(onOvn), teardown(onOvn)].map((scenario) => ({
    scenario,
    nodes: [onOvn.ramp.nodes[0]!.instance!],
    losses: ON_OVN,
  })),
];

/** tun0 has another MAC address in each bridge that the SDN makes: one that a flow has and no tun0 is none of them. */
function inAnyBridge(dump: string): string {
  let mac = '[mac]';
  return dump
    .split('\n')
    .map((line) => {
      mac = /^link tun0 \S+ ether (\S+)/.exec(line)?.[1] ?? mac;
      return line.replaceAll(mac, '[mac]');
    })
    .join('\n');
}
const differs = (wanted: string, found: string): string => difference(inAnyBridge(wanted), inAnyBridge(found));

const rehearsed = new Map<Kind, Rehearsed>();
afterAll(() => rehearsed.forEach(({ folder }) => rmSync(folder, { recursive: true, force: true })));

/** A kind's scenario made ready, when its first run comes: the runs of one turn are not of all kinds. */
async function readied(kind: Kind): Promise<Rehearsed> {
  const clean = rehearsed.get(kind) ?? (await rehearse(kind.scenario));
  rehearsed.set(kind, clean);
  return clean;
}

const CONVERGES = /^(Applied|Unchanged|TornDown|RolledBack|NotStarted|NotVerified), (Applied|Unchanged|TornDown)$/;

const folderOf = ({ lab }: Site, node: string): string => lab.hosts.host(node)!.environment['EDGE_RAMP_ROOT']!;

/** Lets five minutes pass on the nodes since a run's last command there, and their keepers look once. @returns what these say */
async function fiveMinutesLater(open: Site, name: string, nodes: readonly string[]): Promise<string> {
  const then = Date.now() / 1000 - 301;
  let said = '';
  for (const node of nodes) {
    const root = folderOf(open, node);
    utimesSync(join(root, `var/lib/edge-ramp/${name}.node.fence`), then, then);
    await open.lab.hosts.act(node, 'keep');
    said += readFileSync(join(root, `run/edge-ramp/${name}.report`), 'utf8');
  }
  return said;
}

/** What is not as before where a run was put back, and what keepers say of it. What somebody took away meanwhile is theirs to put back, behind the run. */
async function leftOver(open: Site, { scenario, before }: Rehearsed, nodes: readonly string[]): Promise<string> {
  if (differs(before, settled(open)) === '') return '';
  const said = await fiveMinutesLater(open, scenario.spec.name, nodes);
  const left = differs(before, settled(open));
  return left === '' ? '' : `${left}\n${said}`;
}

/** A run with a fault, beside the keepers, and the same run once more. @returns what is wrong; '': nothing */
async function twice(clean: Rehearsed, nodes: readonly string[], fault: Fault): Promise<string> {
  const { scenario, folder, after } = clean;
  const { spec, input } = scenario;
  const open = await site({ from: folder, spec, also: [scenario.first], faults: [fault] });
  try {
    const first = await keptRun(open, spec, input);
    const put = endOf(first) === 'RolledBack' ? await leftOver(open, clean, nodes) : '';
    const again = await keptRun(open, spec, input);
    const ends = `${endOf(first)}, ${endOf(again)}`;
    const causes = `${first.cause} ${again.cause}`;
    const left = differs(after, settled(open));
    if (CONVERGES.test(ends) && put === '' && left === '' && !causes.includes('the lab failed')) return '';
    return `${scenario.name}, ${JSON.stringify(fault)}: ${ends}: ${causes}\n${put}\n${left}`;
  } finally {
    await discard(open);
  }
}

test('of 200 random runs, during which a node loses something that its keeper puts back, each converges, or leaves all as before but for what its keeper then puts back, and the next one converges', async () => {
  const random = fc.record({ kind: fc.nat(KINDS.length - 1), place: fc.nat(), node: fc.nat(), loss: fc.nat() });
  const wrong: string[] = [];
  for (const { kind: index, place, node, loss } of shareOf(fc.sample(random, { numRuns: 200, seed: 33 }))) {
    const kind = KINDS[index]!;
    const { nodes, losses } = kind;
    const clean = await readied(kind);
    const places = faultsOf(clean, 'fail-before');
    const fault = {
      ...places[place % places.length]!,
      effect: 'meanwhile',
      on: nodes[node % nodes.length]!,
      ...losses[loss % losses.length]!,
    } as Fault;
    const found = await twice(clean, nodes, fault);
    if (found !== '') wrong.push(found);
  }
  expect(wrong.join('\n\n')).toBe('');
}, 3_600_000);
