import { longestChain } from '../../../cli/report/figures';
import type { ExecutionResult } from '../../../lab';
import type { Pair } from '../../../lab/hosts/bigip/pair';
import type { Unit } from '../../../lab/hosts/bigip/unit';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { declared } from '../../examples';
import { endOf, pair as rampPair, site, writes, type Site, type SiteOptions } from './site';

/** Two BIG-IPs and one ramp node. */
export const units = declared('edge-e') as Tunnel;
/** The unit that is active at first, and the other one. */
export const [ONE, TWO] = units.bigip.map(({ management }) => management) as [string, string];
export const RAMP = units.ramp.nodes[0]!.instance!;

/** Two BIG-IPs, and two ramp nodes behind a virtual IP. */
export const twoPairs: Tunnel = {
  ...rampPair,
  name: units.name,
  bigip: units.bigip.map((unit, i) => ({ ...unit, address: `10.20.30.1${i + 1}`, inner: `10.3.92.22${i}` })),
  bigipPair: { ...units.bigipPair!, floating: '10.20.30.1' },
  objects: units.objects,
};

/** How the units' device group is set. */
export interface Setting {
  readonly tunnels?: Unit['device']['tunnels'];
  readonly autoSync?: boolean;
  readonly saveOnAutoSync?: boolean;
}

/** A site whose units are a pair. */
export async function pairSite({ setting = {}, ...options }: SiteOptions & { setting?: Setting } = {}): Promise<Site> {
  const open = await site({ spec: units, ...options });
  const { tunnels, ...group } = setting;
  Object.assign(pairOf(open), group);
  for (const unit of [ONE, TWO]) if (tunnels) unitOf(open, unit).device.tunnels = tunnels;
  return open;
}

export function pairOf({ world }: Site): Pair {
  return world.pairs[0]!;
}

export function unitOf({ world }: Site, name: string): Unit {
  return world.bigips[name] as Unit;
}

/** What a run came to, and what it cost. */
export interface Run {
  /** The end state, and the cause where it failed. */
  readonly end: string;
  readonly output: any;
  /** Trips in the longest chain. */
  readonly trips: number;
  /** What was typed on BIG-IPs that is no question: `10.3.88.71: save sys config`. */
  readonly typed: readonly string[];
  readonly result: ExecutionResult;
}

export async function run(open: Site, input: object = {}): Promise<Run> {
  const [trips, typed] = [open.lab.trips().length, changesOn(open).length];
  const result = await open.run(input);
  return {
    end: result.cause === undefined ? endOf(result) : `${endOf(result)}: ${result.cause}`,
    output: result.output,
    trips: longestChain(open.lab.trips().slice(trips)),
    typed: changesOn(open).slice(typed),
    result,
  };
}

/** Runs, and says where it ended and why. */
export async function end(open: Site, input: object = {}): Promise<string> {
  return (await run(open, input)).end;
}

/** Somebody synchronises from a unit, and waits until it is done. */
export async function synchronise(open: Site, unit: string): Promise<void> {
  const lines = ['run cm config-sync to-group edge-dg', ...Array<string>(6).fill('show cm sync-status')];
  for (const line of lines) expect([line, (await open.world.run(unit, line)).err]).toEqual([line, '']);
}

/** What was typed on the units that changes something, syncs included; not what a bastion's ssh carried there. */
function changesOn(open: Site): readonly string[] {
  return writes(open).filter((line) => /^\S+: (?!ssh )/.test(line) && [ONE, TWO].some((unit) => line.startsWith(unit)));
}

/** A unit's objects of the tunnel `units`, and its virtual servers, from its running or its saved configuration. */
export function objectsOn(open: Site, unit: string, which: 'running' | 'saved' = 'running'): object {
  const all = unitOf(open, unit)[which];
  const { SDN, SDN_unit } = all['net self'];
  const { SDN_snatpool } = all['ltm snatpool'];
  const { default: _default, ...routes } = all['net route'];
  return {
    tunnels: all['net tunnels tunnel'],
    selfs: { SDN, SDN_unit },
    routes,
    pools: { SDN_snatpool },
    virtuals: Object.values(all['ltm virtual']).map((virtual) => virtual['source-address-translation']),
  };
}

/** The same as they are declared. */
export function declaredOn(unit: string): object {
  const description = 'edge-ramp:edge-e';
  const translation = { type: 'snat', pool: 'SDN_snatpool' };
  const { inner } = units.bigip.find(({ management }) => management === unit)!;
  const self = { 'allow-service': 'all', description, vlan: 'SDN' };
  return {
    tunnels: {
      SDN: { description, 'local-address': '10.20.40.1', profile: 'ipip', 'remote-address': '10.20.40.2' },
    },
    selfs: {
      SDN: { ...self, address: '10.3.95.216/24', 'traffic-group': 'traffic-group-1' },
      SDN_unit: { ...self, address: `${inner}/24` },
    },
    routes: { 'SDN_10.128.0.0_14': { description, interface: 'SDN', network: '10.128.0.0/14' } },
    pools: { SDN_snatpool: { description, members: ['10.3.95.216'] } },
    virtuals: [translation, translation],
  };
}

/** The tunnel stands on both units, as declared, in the configuration that runs and in that which is saved; and they are in sync. */
export function expectBuilt(open: Site): void {
  for (const unit of [ONE, TWO])
    for (const which of ['running', 'saved'] as const)
      expect([unit, which, objectsOn(open, unit, which)]).toEqual([unit, which, declaredOn(unit)]);
  expect(unitOf(open, ONE).device.commit).toEqual(unitOf(open, TWO).device.commit);
}
