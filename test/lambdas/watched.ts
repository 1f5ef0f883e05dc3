import type { DeviceCommand, RunCommand } from '../../lambdas/run-command/ssm';
import { LookFailures } from '../../lambdas/watch/look-failures';
import { NoticesOnce } from '../../lambdas/watch/notices-once';
import { watch } from '../../lambdas/watch/watch';
import type { DocumentSet, Listed } from '../../lib/tunnel/plan/devices';
import { readMemory } from '../../lib/tunnel/run/memory';
import { readPairItem } from '../../lib/tunnel/run/pair';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { bigipAnswer } from '../lib/tunnel/bigip-answer';
import { rampAnswer } from '../lib/tunnel/ramp-answer';
import { Site, tunnel } from '../lib/tunnel/site';
import { FakeLog, FakeRuns } from './fake-runs';

/** The schedule's time of the tick. */
export const AT = '2026-11-24T06:00:00Z';
/** The clock while the tick is worked on, ms since the epoch. */
export const NOW = Date.parse(AT) + 2000;
export const TICK = { id: '3a1e5c1e-0000-4000-8000-000000000002', time: AT };
/** The instances through which the devices of the tunnel are reached. */
export const BASTION = 'i-0ba5710a0ba5710a0';
export const NODE = 'i-0a4e90de0a4e90de0';
/** The tunnel that is watched: the example, declared for real. */
export const EDGE_A = tunnel({ example: false });
/** The names of the observe documents. */
export const DOCUMENTS = {
  bigip: 'bigip-observe',
  ramp: 'ramp-observe',
  'ramp-oc': 'ramp-oc-observe',
  cluster: 'cluster-observe',
};

/** The devices of one site, as Run Command reaches them; every order is kept. */
class Devices implements RunCommand {
  readonly orders: DeviceCommand[] = [];
  /** What an instance answers instead. */
  readonly fails = new Map<string, Error>();
  constructor(private readonly site: Site) {}
  async run(order: DeviceCommand): Promise<string> {
    this.orders.push(order);
    const failure = this.fails.get(order.instance);
    if (failure) throw failure;
    const { world, spec, applied } = this.site;
    return order.document === DOCUMENTS.bigip ? bigipAnswer(world, spec, applied) : rampAnswer(world, spec, applied);
  }
}

/** A tunnel that was applied, and the watch around it. Its item is what the table would hold. */
export function watched(spec = EDGE_A, more: readonly Declared[] = []) {
  const site = new Site(spec);
  site.apply();
  const devices = new Devices(site);
  const runs = new FakeRuns();
  const log = new FakeLog();
  const told: string[] = [];
  const asked: string[][] = [];
  const item: Record<string, unknown> = {
    wanted: 'applied',
    applied: JSON.stringify(site.applied),
    original: JSON.stringify(site.original),
    fence: 1000,
    lookedAt: 1000,
  };
  const pairs: Record<string, Record<string, unknown>> = {};
  const around = {
    declared: async () => ({ tunnels: [spec, ...more] as readonly Declared[], unreadable: [] as readonly string[] }),
    memory: async (name: string) => readMemory(name === spec.name ? item : undefined),
    pair: async (key: string) => readPairItem(pairs[key]),
    unfinished: async (): Promise<readonly string[]> => [],
    runs,
    connected: async (instances: readonly string[]): Promise<ReadonlySet<string>> => {
      asked.push([...instances]);
      return new Set(instances.filter((instance) => !away.has(instance)));
    },
    commands: devices,
    documents: (set: DocumentSet) => DOCUMENTS[set as keyof typeof DOCUMENTS],
    timeOuts: ({ byOc }: Listed) => ({ delivery: 30, deadline: byOc === true ? 220 : 100 }),
    lookFailures: new LookFailures(async (tunnel, why) => void told.push(`${tunnel}: ${why}`)),
    repeatedDrift: new NoticesOnce(async (tunnel, why) => void told.push(`${tunnel}: ${why}`)),
    measure: { couldNotLook: () => void measured.push('CouldNotLook') },
    log,
    now: () => new Date(NOW),
  };
  const away = new Set<string>();
  const measured: string[] = [];
  const tick = (changes: object = {}, inTime = true) => watch(around)({ ...TICK, ...changes }, () => inTime);
  return { site, devices, runs, log, told, asked, item, pairs, around, away, measured, tick };
}

/** The runs of a tick that found a reason to apply: one, under the tick's name, with what it asks. */
export const ORDINARY = [[`edge-a-${TICK.id}`, { tunnel: 'edge-a', trigger: 'schedule', asked: AT }]];
