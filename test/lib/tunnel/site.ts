import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDeclarations } from '../../../lib/tunnel/declaration/read';
import { STAGES } from '../../../lib/tunnel/device/operation';
import type { Subject } from '../../../lib/tunnel/device/observation';
import { devicesOf, KINDS, type StepKind } from '../../../lib/tunnel/plan/devices';
import { parseDeclaration } from '../../../lib/tunnel/declaration/parse';
import type { Goal } from '../../../lib/tunnel/device/operation';
import type { Observed, Plan, Situation } from '../../../lib/tunnel/plan/plan';
import { reconcile } from '../../../lib/tunnel/plan/reconcile';
import type { Before, Original } from '../../../lib/tunnel/plan/records';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { bigipAnswer } from './bigip-answer';
import { rampAnswer } from './ramp-answer';
import { freshWorld, set, type World } from './world';

export const EXAMPLE_FILE = join(__dirname, '../../../tunnels/edge-a.yaml');
/** The published procedure's single ramp. */
export const EXAMPLE = readDeclarations([
  { path: 'edge-a.yaml', text: readFileSync(EXAMPLE_FILE, 'utf8') },
])[0] as Tunnel;

/** The example with other fields; nested objects are merged, lists replaced. Checked as any declaration. */
export function tunnel(changes: Readonly<Record<string, unknown>> = {}): Tunnel {
  return parseDeclaration(merge(EXAMPLE, changes), 'test') as Tunnel;
}

export function merge(base: object, changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const old = merged[key];
    const nested = [old, value].every((each) => typeof each === 'object' && each !== null && !Array.isArray(each));
    merged[key] = nested ? merge(old as object, value as Record<string, unknown>) : value;
  }
  return merged;
}

/** The only BIG-IP or ramp node of a declaration, as what is asked of it is about. */
export function subject(kind: StepKind, spec: Tunnel, applied: Tunnel | null = null): Subject {
  const names = { bigip: spec.bigip[0]!.management, ramp: spec.ramp.nodes[0]!.instance!, cluster: spec.cluster?.admin };
  return { name: names[kind] ?? '', spec, applied };
}

/** A tunnel's site over several runs: the devices, and the records that lie in the table. Operations have the effect that they announce. */
export class Site {
  applied: Tunnel | null = null;
  original: Original = {};
  before: Before = {};
  constructor(
    public spec: Tunnel,
    public world: World = freshWorld(spec),
  ) {}

  /** Nodes beside the first one: those that a changed declaration names. */
  readonly others: Record<string, World> = {};

  worldOf(device: string): World {
    return this.others[device] ?? this.world;
  }

  observe(): readonly Observed[] {
    const { applied } = this;
    return devicesOf(this.spec, applied).map(({ kind, name, spec: declared }) => {
      const spec = declared as Tunnel;
      const [about, world] = [{ name, spec, applied }, this.worldOf(name)];
      const observation =
        kind === 'bigip'
          ? KINDS.bigip.read(bigipAnswer(world, spec, applied), about)
          : KINDS.ramp.read(rampAnswer(world, spec, applied, name), about);
      return { kind, name, observation };
    });
  }

  situation(): Situation {
    const { spec, applied, original, before } = this;
    return { spec, applied, original, before, observed: this.observe() };
  }

  plan(goal: Goal = 'declared'): Plan {
    return reconcile(goal, this.situation());
  }

  /** Carries out the operations, at most so many of them, in the order of the stages. */
  carryOut(plan: Plan, most = Infinity): void {
    let left = most;
    const all = STAGES.flatMap((stage) =>
      (['ramp', 'bigip'] as const).flatMap((kind) => plan.work[stage][kind].map((work) => [work, kind] as const)),
    );
    for (const [{ device, operations, saved }, kind] of all) {
      const world = this.worldOf(device);
      if (kind === 'bigip' && left > 0) world.saved ??= saved ?? undefined;
      for (const operation of operations) {
        if (/^(?:drain|keep)~/.test(operation)) continue; // changes nothing
        if (left-- <= 0) return;
        const [, object, , to] = operation.split('~') as [string, string, string, string];
        if (object === 'config saved') world.saved = to;
        else world[kind] = set(world[kind], object, to === '-' ? undefined : to);
      }
    }
  }

  /** A whole run that succeeds: plan, record, carry out, record. */
  apply(goal: 'declared' | 'absent' = 'declared'): Plan {
    const plan = this.plan(goal);
    this.carryOut(plan);
    this.original = goal === 'absent' ? {} : plan.original;
    this.applied = goal === 'absent' ? null : this.spec;
    this.before = {};
    return plan;
  }
}
