import type { DebugEffect } from '../../../lab/hosts/cluster/debug';
import type { Fault } from '../../../lab/hosts/host';
import type { HostCommand } from '../../../lab/hosts/host';
import type { Declared } from '../../../lib/tunnel/declaration/tunnel';
import { third } from '../../examples';
import { NODE, balancer, byOc, discard, endOf, example, onOvn, pair, settled, site, writes, type Site } from './site';

/** A run to be spoiled: what the site holds beforehand (runs of the state machine, of `first`), and the run itself. */
export interface Scenario {
  readonly name: string;
  /** How the hosts are set before all; default as the lab has them. */
  readonly set?: (open: Site) => void;
  readonly first: Declared;
  readonly prepare: readonly object[];
  /** What somebody types behind those runs: a host and a line each. Default nothing. */
  readonly drift?: readonly (readonly [host: string, line: string])[];
  readonly spec: Declared;
  readonly input: object;
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'a fresh apply', first: example, prepare: [], spec: example, input: {} },
  {
    name: 'a changed tunnel',
    first: example,
    prepare: [{}],
    spec: {
      ...example,
      tunnel: { ...example.tunnel, bigip: '10.3.91.215/24', node: '10.3.91.214' },
      objects: { ...example.objects, snatPool: 'SDN_pool' },
      virtualServers: ['ose-vserver'],
    },
    input: { allowInterruption: true },
  },
  { name: 'a teardown', first: example, prepare: [{}], spec: example, input: { action: 'teardown' } },
  { name: 'a fresh pair', first: pair, prepare: [], spec: pair, input: {} },
  { name: "a pair's teardown", first: pair, prepare: [{}], spec: pair, input: { action: 'teardown' } },
  {
    name: 'a pair with a swapped node',
    first: pair,
    prepare: [{}],
    spec: { ...pair, ramp: { ...pair.ramp, nodes: [pair.ramp.nodes[1]!, third] } },
    input: { allowInterruption: true },
  },
  { name: 'a fresh balancer', first: balancer, prepare: [], spec: balancer, input: {} },
  {
    name: 'the teardown of a balancer',
    first: balancer,
    prepare: [{}],
    spec: balancer,
    input: { action: 'teardown' },
  },
  { name: 'a fresh apply on OVN-Kubernetes', first: onOvn, prepare: [], spec: onOvn, input: {} },
  {
    name: 'a teardown on OVN-Kubernetes',
    first: onOvn,
    prepare: [{}],
    spec: onOvn,
    input: { action: 'teardown' },
  },
  { name: 'a fresh apply to a node that is reached by oc', first: byOc, prepare: [], spec: byOc, input: {} },
  {
    name: 'a teardown on a node that is reached by oc',
    first: byOc,
    prepare: [{}],
    spec: byOc,
    input: { action: 'teardown' },
  },
  {
    name: 'a repair of a node without its flows',
    first: example,
    prepare: [{}],
    drift: [[NODE, `ovs-ofctl -O OpenFlow13 del-flows br0 cookie=${example.cookie}/-1`]],
    spec: example,
    input: {},
  },
];

export const EFFECTS = ['fail-before', 'fail-after', 'hang'] as const;
export type Effect = (typeof EFFECTS)[number] | DebugEffect;

/** A scenario made ready: the folder of the site before the run, and what a clean run does and leaves. */
export interface Rehearsed {
  readonly scenario: Scenario;
  readonly folder: string;
  readonly before: string;
  readonly after: string;
  readonly commands: readonly HostCommand[];
}

/** Carries a scenario out once without a fault. */
export async function rehearse(scenario: Scenario): Promise<Rehearsed> {
  const start = await site({ spec: scenario.first, also: [scenario.spec] });
  scenario.set?.(start);
  for (const input of scenario.prepare) await start.run(input);
  for (const [host, line] of scenario.drift ?? []) await start.world.run(host, line);
  await start.close();
  const clean = await site({ from: start.state, spec: scenario.spec, also: [scenario.first] });
  const before = settled(clean);
  const end = endOf(await clean.run(scenario.input));
  if (!['Applied', 'TornDown', 'Unchanged'].includes(end))
    throw new Error(`${scenario.name} ends ${end} without any fault`);
  const rehearsed = {
    scenario,
    folder: start.state,
    before,
    after: settled(clean),
    commands: [...clean.lab.hosts.journal()],
  };
  await discard(clean);
  return rehearsed;
}

/** What the cluster's scripts draw anew for each answer of oc. */
const MARK = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** What a command takes to a node by oc: a fence, a digest and a script. */
const CARRIED = / --to-namespace=edge-ramp .*/;

/**
 * Each command line of the clean run as a fault; ssh on the bastion carries what BIG-IP's own lines already name. A question that fails after it was
 * answered is no fault of its own: its answer is right, or it failed.
 */
export function faultsOf({ commands }: Pick<Rehearsed, 'commands'>, effect: Effect): readonly Fault[] {
  const seen = new Map<string, number>();
  return commands
    .filter(({ line }) => !line.startsWith('ssh '))
    .flatMap(({ host, line, writes }) => {
      const shown = line.replace(CARRIED, '');
      const key = `${host} ${shown.replace(MARK, '')}`;
      const nth = (seen.get(key) ?? 0) + 1;
      seen.set(key, nth);
      const match = shown.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(MARK, '[0-9a-f-]{36}');
      if (effect === 'fail-after' && !writes) return [];
      return [{ host, match: `^${match}${shown === line ? '$' : ' '}`, nth, effect }];
    });
}

/** Something that goes on on a site until it is ended. */
type Beside = (open: Site) => { end(): Promise<void> };
const NOTHING: Beside = () => ({ end: () => Promise.resolve() });

/**
 * Carries the scenario out with one fault.
 * @param beside goes on during the run
 * @returns undefined when it converged or left everything as before, saved configuration included; else what is wrong
 */
export async function spoiled(
  { scenario, folder, before, after }: Rehearsed,
  fault: Fault,
  beside = NOTHING,
): Promise<string | undefined> {
  const spoilt = await site({ from: folder, spec: scenario.spec, also: [scenario.first], faults: [fault] });
  const other = beside(spoilt);
  try {
    const result = await spoilt.run(scenario.input);
    await other.end();
    const end = endOf(result);
    const isDone = ['Applied', 'TornDown'].includes(end);
    if (isDebugPod(difference(isDone ? after : before, settled(spoilt)))) await spoilt.run({ action: 'plan' });
    const left = settled(spoilt);
    const wrong = isDone
      ? left !== after
      : !['RolledBack', 'NotStarted', 'NotVerified'].includes(end) ||
        (left !== before && !isUnclaimedAccount(scenario, difference(before, left), result.cause));
    if (!wrong && !result.cause?.includes('the lab failed')) return undefined;
    return `${fault.effect} at ${fault.host} ${fault.match} (${fault.nth}): ${end}: ${result.cause ?? ''}\n${difference(isDone ? after : before, left)}\n${writes(spoilt).join('\n')}`;
  } finally {
    await other.end();
    await discard(spoilt);
  }
}

/** A script that was stopped outright leaves its debug Pod to the next command to that node (docs/adr/0031). */
function isDebugPod(left: string): boolean {
  return /^\+ pod edge-ramp\/\S+-debug-\S+ on \S+$/.test(left);
}

/** An account that was made but could not be claimed stays, and the run says so (docs/adr/0014). */
function isUnclaimedAccount({ spec }: Scenario, left: string, cause = ''): boolean {
  const account = spec.kind === 'ramp' ? spec.ipfailover?.serviceAccount : undefined;
  return left === `+ serviceaccount ${account}` && cause.includes(`account ${account}`);
}

/** Lines that only one of two dumps has. */
export function difference(wanted: string, found: string): string {
  const [a, b] = [wanted.split('\n'), found.split('\n')];
  return [
    ...a.filter((line) => !b.includes(line)).map((line) => `- ${line}`),
    ...b.filter((line) => !a.includes(line)).map((line) => `+ ${line}`),
  ].join('\n');
}
