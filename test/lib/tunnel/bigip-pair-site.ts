import type { BigIpFacts, GroupSync, PairFacts } from '../../../lib/tunnel/bigip/facts';
import { STAGES, type Goal, type State } from '../../../lib/tunnel/device/operation';
import { property } from '../../../lib/tunnel/device/words';
import { unitSelf, type Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { KINDS, devicesOf } from '../../../lib/tunnel/plan/devices';
import type { Observed, Plan, Work } from '../../../lib/tunnel/plan/plan';
import { reconcile } from '../../../lib/tunnel/plan/reconcile';
import type { Before, Original } from '../../../lib/tunnel/plan/records';
import { ONE, PAIR, TWO, unit } from './bigip-pair';
import { rampAnswer } from './ramp-answer';

import { freshWorld, set } from './world';

const IN_SYNC: GroupSync = { is: 'in sync', said: 'In Sync' };

/** One unit: its objects with the number of their newest change, the same on its disk, and what the bastion notes of it. */
interface Unit {
  readonly name: string;
  role: PairFacts['role']['is'];
  state: State;
  commit: number;
  disk: Pick<Unit, 'state' | 'commit'>;
  saved?: string;
  /** Whether it has changed shared objects since the last sync. */
  note?: 'pending' | undefined;
}

/**
 * A pair over several runs, as strict in what an object needs as BIG-IP is: a model of states, without commands or texts. Which of the objects are shared is
 * said by `tunnelsShared`; a sync makes the other unit's shared objects equal to this one's, or fails as a whole.
 */
export class PairSite {
  applied: Tunnel | null = null;
  original: Original = {};
  before: Before = {};
  readonly units: readonly [Unit, Unit];
  readonly ramp = freshWorld(PAIR);
  link: 'up' | 'cut' = 'up';
  /** The last sync that failed: of which change, and how. Until a newer one it fails again, whatever the other unit has become (BIP-42). */
  #failure: { readonly commit: number; readonly error: Error } | undefined;
  /** A unit that no bastion reaches. */
  silent: string | undefined;
  /** What was carried out: `UNIT verb object`, in order; a round's end is `-`. */
  readonly log: string[] = [];
  /** Is told after each statement, when a failover may come. */
  afterEach: () => void = () => undefined;

  constructor(
    public spec: Tunnel = PAIR,
    readonly tunnelsShared = true,
    readonly autoSync = false,
  ) {
    const virtuals = freshWorld(spec).bigip;
    this.units = [
      { name: ONE, role: 'ACTIVE', state: virtuals, commit: 0, disk: { state: virtuals, commit: 0 } },
      { name: TWO, role: 'STANDBY', state: virtuals, commit: 0, disk: { state: virtuals, commit: 0 } },
    ];
  }

  /** The unit with the newest change, which the other one lacks; undefined: they are in sync. */
  get newest(): Unit | undefined {
    const [first, second] = this.units;
    if (first.commit === second.commit) return undefined;
    return first.commit > second.commit ? first : second;
  }

  /** A unit has what it saved last, and the other one takes over. */
  restart(which: 0 | 1): void {
    const unit = this.units[which];
    if (unit.role === 'ACTIVE') this.failOver();
    Object.assign(unit, unit.disk);
  }

  failOver(): void {
    for (const each of this.units) each.role = each.role === 'ACTIVE' ? 'STANDBY' : 'ACTIVE';
  }

  plan(goal: Goal = 'declared'): Plan {
    const { spec, applied, original, before } = this;
    return reconcile(goal, { spec, applied, original, before, observed: this.observe() });
  }

  observe(): readonly Observed[] {
    const { spec, applied } = this;
    return devicesOf(spec, applied).map(({ kind, name }) => {
      if (name === this.silent) return { kind, name, unreachable: 'no route to host' };
      if (kind === 'bigip') return { kind, name, observation: this.#look(this.#unit(name)) };
      return {
        kind,
        name,
        observation: KINDS.ramp.read(rampAnswer(this.ramp, spec, applied, name), { name, spec, applied }),
      };
    });
  }

  #look({ name, role, state, saved, note }: Unit) {
    const { tunnelsShared } = this;
    const look = unit(name, {
      role: { is: role, said: role },
      sync: this.#status(),
      pendingOf: note === 'pending' ? [this.spec.name] : [],
      tunnelsShared,
      disconnected: this.link === 'cut' ? [unit(name === ONE ? TWO : ONE).facts.pair!.device] : [],
      ...(this.autoSync ? { deviceGroup: { ...unit(name).facts.pair!.deviceGroup!, autoSync: true } } : {}),
    });
    const routes = Object.fromEntries(
      Object.entries(state).flatMap(([object, value]) =>
        object.startsWith('route ') ? [[object.slice(6), value]] : [],
      ),
    );
    const facts: BigIpFacts & { unrestorable: State } = {
      routes,
      bypasses: {},
      saved: saved ?? '0000000000000000',
      group: { kind: 'member', failover: role, sync: 'In Sync' },
      twins: [],
      unrestorable: {},
      pair: look.facts.pair!,
    };
    return { facts, state: { ...state, 'config saved': facts.saved }, probes: [] };
  }

  #status(): GroupSync {
    const { newest } = this;
    if (newest === undefined) return IN_SYNC;
    const source = unit(newest.name).facts.pair!.device;
    return newest.commit === this.#failure?.commit
      ? { is: 'failed', said: 'Sync Failure', source }
      : { is: 'pending', said: 'Changes Pending', source };
  }

  #unit(name: string): Unit {
    return this.units.find((each) => each.name === name)!;
  }

  /** The work of each round, in order. */
  static rounds(plan: Plan): readonly (readonly Work[])[] {
    return STAGES.flatMap((stage) => {
      const work = plan.work[stage].bigip;
      return [...new Set(work.map(({ round }) => round))].map((round) => work.filter((each) => each.round === round));
    });
  }

  /** A run that leaves its record and ends after so many statements; default: after all, without having ended well. */
  cutOff(goal: Goal, after = Infinity): void {
    const plan = this.plan(goal);
    this.before = plan.before;
    this.carryOut(plan, after);
  }

  /** Carries the plan out, at most so many statements of it. @throws what BIG-IP or its script would refuse */
  carryOut(plan: Plan, most = Infinity): void {
    let left = most;
    for (const round of PairSite.rounds(plan)) {
      for (const { device, operations, saved } of round) {
        const mine = this.#unit(device);
        if (saved !== null) mine.saved ??= saved;
        for (const operation of operations) {
          if (left-- <= 0) return;
          this.#carryOut(mine, operation);
          this.afterEach();
        }
      }
      this.log.push('-');
    }
    for (const stage of STAGES)
      for (const { operations } of plan.work[stage].ramp)
        for (const operation of operations) {
          const [, object, , to] = operation.split('~') as [string, string, string, string];
          this.ramp.ramp = set(this.ramp.ramp, object, to === '-' ? undefined : to);
        }
  }

  #carryOut(mine: Unit, operation: string): void {
    const [verb, object, from, to] = operation.split('~') as [string, string, string, string];
    if (verb === 'keep' || verb === 'drain') return;
    this.log.push(`${mine.name === ONE ? 'first' : 'second'} ${verb} ${object}`);
    if (object === 'config saved') {
      mine.saved = to;
      mine.disk = { state: mine.state, commit: mine.commit };
    } else if (verb === 'stands') {
      if ((mine.state[object] ?? '-') !== to) throw new Error(`${object} is not ${to} any more`);
    } else if (verb === 'check') {
      if (from === 'ACTIVE' && mine.role !== 'ACTIVE') throw new Error(`${mine.name} is no longer ACTIVE`);
      if (this.newest && from !== 'undo' && mine.note !== 'pending') throw new Error('the changes are not ours');
      mine.note = 'pending';
    } else if (object.startsWith('group ')) this.sync(mine);
    else {
      if ((mine.state[object] ?? '-') !== from) throw new Error(`${object} is no longer ${from}`);
      const next = set(mine.state, object, to === '-' ? undefined : to);
      refuseBroken(next);
      mine.state = next;
      if (!this.isShared(object)) return;
      if (this.newest && this.newest !== mine) throw new Error('conflict: both units were changed');
      mine.commit = Math.max(...this.units.map(({ commit }) => commit)) + 1;
    }
  }

  /** Gives a unit's shared objects to the other one. @throws when they are not valid there */
  sync(from: Unit): void {
    if (this.link === 'cut') throw new Error('the units are not connected');
    const to = this.units.find((each) => each !== from)!;
    if (this.newest && this.newest !== from)
      throw new Error('the sync would overwrite what was changed on the other unit');
    const pick = ({ state }: Unit, shared: boolean): [string, string][] =>
      Object.entries(state).filter(([object]) => this.isShared(object) === shared);
    const next = Object.fromEntries([...pick(to, false), ...pick(from, true)]);
    if (this.#failure?.commit === from.commit) throw this.#failure.error;
    try {
      refuseBroken(next);
    } catch (error) {
      this.#failure = { commit: from.commit, error: error as Error };
      throw error;
    }
    to.state = next;
    to.commit = from.commit;
    from.note = undefined;
  }

  isShared(object: string): boolean {
    return object.startsWith('tunnel ') ? this.tunnelsShared : !object.startsWith('unit-self ');
  }

  /** A whole run that succeeds. */
  apply(goal: 'declared' | 'absent' = 'declared'): Plan {
    const plan = this.plan(goal);
    this.carryOut(plan);
    this.original = goal === 'absent' ? {} : plan.original;
    this.applied = goal === 'absent' ? null : this.spec;
    this.before = {};
    return plan;
  }
}

/** What a unit does not take: an object without what it stands on, a floating self IP without the unit's own one. @throws */
function refuseBroken(state: State): void {
  const tunnels = Object.keys(state).flatMap((object) => (object.startsWith('tunnel ') ? [object.slice(7)] : []));
  for (const [object, value] of Object.entries(state)) {
    const on = property(value, object.startsWith('route ') ? 'interface' : 'vlan');
    if (/^(?:unit-self|self|route) /.test(object) && !tunnels.includes(on!)) throw new Error(`${object} has no ${on}`);
    if (object.startsWith('self ') && property(value, 'traffic-group') && !state[`unit-self ${unitSelf(PAIR)}`])
      throw new Error(`01070393: ${object} has no own self IP beside it`);
    const pool = /^type snat pool (.*)$/.exec(value)?.[1];
    if (object.startsWith('virtual ') && pool && !state[`snatpool ${pool}`])
      throw new Error(`${object} has no ${pool}`);
  }
}
