import type { Pair } from '../../../lab/hosts/bigip/pair';
import type { Fault } from '../../../lab/hosts/host';
import type { WorldOptions } from '../../../lab/hosts/world';
import { open, twoUnits, UNITS, type Bench } from './bench';

export const [A, B] = UNITS;
export const TUNNEL =
  'create net tunnels tunnel SDN { local-address 10.3.89.66 profile ipip remote-address 10.3.89.89 }';
export const own = (last: number) =>
  `create net self SDN_unit { address 10.3.91.${last}/24 allow-service all vlan SDN }`;
export const FLOATING =
  'create net self SDN { address 10.3.91.216/24 allow-service all traffic-group /Common/traffic-group-1 vlan SDN }';
export const ROUTE = 'create net route 10.128.0.0/14 interface SDN';
export const POOL = 'create ltm snatpool SDN_snatpool members add { 10.3.91.216 }';
export const SYNC = 'run cm config-sync to-group edge-dg';
export const STATUS = 'show cm sync-status';
/** Everything on both units, in sync. */
export const BUILT = {
  [A]: [TUNNEL, own(218), FLOATING, ROUTE, POOL],
  [B]: [TUNNEL, own(219), FLOATING, ROUTE, POOL],
};

export const openPair = (typed: WorldOptions['typed'] = {}, faults: readonly Fault[] = []): Promise<Bench> =>
  open({ typed }, { specs: [twoUnits], faults });
export const pairOf = (hosts: Bench): Pair => hosts.world.pairs[0]!;

/** Types lines on one unit, which takes them all, and gives what the last one printed. */
export async function type(hosts: Bench, unit: string, ...lines: string[]): Promise<string> {
  let told = '';
  for (const line of lines) {
    const { code, out, err } = await hosts.world.run(unit, line);
    expect({ line, code, err }).toEqual({ line, code: 0, err: '' });
    told = out;
  }
  return told;
}
/** What a unit refuses a line with. */
export async function refusal(hosts: Bench, unit: string, line: string): Promise<string> {
  const before = hosts.dump(unit);
  const { code, out, err } = await hosts.world.run(unit, line);
  expect({ code, out, dump: hosts.dump(unit) }).toEqual({ code: 1, out: '', dump: before });
  return err;
}
/** The lines of a sync status below `Details`. */
export async function details(hosts: Bench, unit: string = A): Promise<string[]> {
  const told = await type(hosts, unit, STATUS);
  return told
    .slice(told.indexOf('Details'))
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter(Boolean);
}
/** What a unit says of the pair's own group. */
export const group = async (hosts: Bench, unit: string = A): Promise<string> =>
  (await details(hosts, unit)).find((line) => line.startsWith('edge-dg '))!;
export const word = async (hosts: Bench, unit: string = A): Promise<string> =>
  /\((.*?)\)/.exec(await group(hosts, unit))![1]!;
export const status = async (hosts: Bench, unit: string = A): Promise<string> =>
  /^Status {3}(.*)$/m.exec(await type(hosts, unit, STATUS))![1]!;
/** Asks for the status until a sync is over. */
export async function until(hosts: Bench, ...ends: string[]): Promise<string[]> {
  const seen = [await word(hosts)];
  while (!ends.includes(seen.at(-1)!) && seen.length < 8) seen.push(await word(hosts));
  return seen;
}
export async function synced(hosts: Bench, unit: string = A): Promise<void> {
  await type(hosts, unit, SYNC);
  await until(hosts, 'In Sync');
}
export const has = (hosts: Bench, unit: string, head: string): boolean =>
  hosts.dump(unit).split('# saved')[0]!.includes(`\n${head} {`);
