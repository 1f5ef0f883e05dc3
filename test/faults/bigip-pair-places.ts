import type { HostCommand, LineFault } from '../../lab/hosts/host';
import { ONE, TWO, unitOf, units } from '../runs/support/bigip-pair';
import type { Rehearsed, Scenario } from '../runs/support/faulty';

export const FRESH: Scenario = { name: 'a fresh pair of BIG-IPs', first: units, prepare: [], spec: units, input: {} };
export const TEARDOWN: Scenario = {
  name: 'the teardown of a pair of BIG-IPs',
  first: units,
  prepare: [{}],
  spec: units,
  input: { action: 'teardown' },
};
/** The floating self IP goes for a while, each unit's tunnel is its own, and one virtual server leaves. */
export const CHANGED: Scenario = {
  name: 'a changed tunnel of a pair of BIG-IPs that do not synchronise tunnels',
  set(open) {
    for (const unit of [ONE, TWO]) unitOf(open, unit).device.tunnels = 'disable';
  },
  first: units,
  prepare: [{}],
  spec: {
    ...units,
    bigip: units.bigip.map((unit, i) => ({ ...unit, inner: `10.3.95.22${i}` })),
    virtualServers: units.virtualServers.slice(1),
  },
  input: { allowInterruption: true },
};

/** One command on a unit in the clean run. */
export interface Place {
  readonly unit: string;
  readonly line: string;
  /** Which one of those with this very line. */
  readonly nth: number;
  /** Which session on the unit it is in; each begins with `tmsh -v`. */
  readonly session: number;
  readonly writes: boolean;
}

/** The commands on the units from the first change on. Those of the look before are questions: where they fail nothing has begun. */
export function placesOf({ commands }: Rehearsed): readonly Place[] {
  const seen = new Map<string, number>();
  const count = (key: string): number => {
    seen.set(key, (seen.get(key) ?? 0) + 1);
    return seen.get(key)!;
  };
  const places = commands
    .filter(({ host }) => host === ONE || host === TWO)
    .map(({ host: unit, line, writes }: HostCommand): Place => {
      const nth = count(`${unit} ${line}`);
      return { unit, line, nth, session: line === 'tmsh -v' ? nth : seen.get(`${unit} tmsh -v`)!, writes };
    });
  return places.filter(({ session }) => session > 1);
}

const escaped = (line: string): string => `^${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
export const at = ({ unit, line, nth }: Place): Pick<LineFault, 'host' | 'match' | 'nth'> => ({
  host: unit,
  match: escaped(line),
  nth,
});

/** Lines that change what the units share. */
const SHARED = /^(?:create|modify|delete) (?:net tunnels|net route|ltm|net self \/Common\/SDN(?: |$)|cli transaction)/;

/** Whether a line changes what the units share. */
export const isShared = (line: string): boolean => SHARED.test(line);

/** What nobody but edge-ramp can have done: shared objects of both units changed between two syncs, or a sync from the one that was not. */
export function wrongSide(commands: readonly HostCommand[]): string | undefined {
  let changed: string | undefined;
  for (const { host, line, writes } of commands.filter(({ host: unit }) => unit === ONE || unit === TWO)) {
    if (line.startsWith('run cm config-sync ')) {
      if (changed !== undefined && changed !== host) return `${host} was told to send, and ${changed} has the changes`;
      changed = undefined;
    } else if (writes && isShared(line)) {
      if (changed !== undefined && changed !== host) return `${host} was changed after ${changed}: ${line}`;
      changed = host;
    }
  }
  return undefined;
}
