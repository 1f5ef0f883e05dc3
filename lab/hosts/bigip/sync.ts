import { Refusal } from '../answer';
import { text } from '../texts';
import { isSame, nextCommit, received } from './commits';
import { checkAll, floats, type Configuration } from './objects';
import type { Member, Pair, Sync } from './pair';
import { saveUnit, type Unit } from './unit';

/** Asks for a sync (BIP-41); nothing happens where the units do not reach each other. The one that is told to send becomes the newest. */
export function startSync({ pair, linked }: Member, source: Unit, target: Unit, now: number, automatic = false): void {
  if (!linked) return;
  if (target.device.commit.id >= source.device.commit.id && !isSame(target.device.commit, source.device.commit))
    source.device.commit = nextCommit(source, target.device.commit, now);
  const { management, device, running } = source;
  pair.syncing = { source: management, automatic, commit: device.commit, carried: structuredClone(running), asked: 0 };
}

/** How far a sync is: not begun, at work, or due to be loaded. */
export function phaseOf({ pace, loading }: Pair, { asked }: Sync): 'waiting' | 'working' | 'due' {
  if (asked < pace.before) return 'waiting';
  return loading === 'never' || asked < pace.before + pace.during ? 'working' : 'due';
}

/** Somebody asks for the status: so far, and no further, has a sync come since the last question. */
export function passQuestion(member: Member, now: number): void {
  const { pair, self, peer, linked } = member;
  if (!linked) delete pair.syncing;
  if (pair.autoSync && !pair.syncing) startAutomatically(member, now);
  const { syncing } = pair;
  if (!syncing) return;
  if (phaseOf(pair, syncing) === 'due') load(pair, syncing, ...bySource(syncing, self, peer));
}

const bySource = ({ source }: Sync, self: Unit, peer: Unit): [Unit, Unit] =>
  self.management === source ? [self, peer] : [peer, self];

/** With automatic sync the only unit that has something new sends it. */
function startAutomatically(member: Member, now: number): void {
  const { pair, self, peer } = member;
  const [source, ...more] = changedUnits(pair, self, peer);
  if (!source || more.length || isSame(pair.failure?.commit, source.device.commit)) return;
  startSync(member, source, source === self ? peer : self, now, true);
}

/** The units that changed something since the last sync. */
export const changedUnits = ({ synced }: Pair, self: Unit, peer: Unit): readonly Unit[] =>
  synced && isSame(self.device.commit, peer.device.commit)
    ? []
    : [self, peer].filter(({ device }) => device.commit.id > (synced?.id ?? 0));

/** Replaces all that the target shares by what is carried, or nothing (BIP-42). */
function load(pair: Pair, { commit, carried, automatic }: Sync, source: Unit, target: Unit): void {
  delete pair.syncing;
  if (isSame(pair.failure?.commit, commit)) return;
  delete pair.failure;
  const next = merged(pair, carried, source, target);
  try {
    if (pair.loading === 'fails') throw new Refusal('loadFailed');
    refuseRegrouped(carried, target.running);
    checkAll(next);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [said = '', ...more] = error.message.split('\n');
    pair.failure = {
      commit,
      lines: [text('syncError', target.device.name, source.device.name, said), ...more, text('syncReview')],
    };
    return;
  }
  target.running = next;
  target.device.commit = pair.synced = commit;
  if (automatic && pair.saveOnAutoSync) saveUnit(target);
}

function merged(pair: Pair, carried: Configuration, source: Unit, target: Unit): Configuration {
  const next = received(target.running, carried, source.device.tunnels);
  for (const [name, tunnel] of Object.entries(pair.secondary === 'kept' ? next['net tunnels tunnel'] : {})) {
    const { 'secondary-address': _, ...rest } = tunnel;
    const own = target.running['net tunnels tunnel'][name]?.['secondary-address'];
    next['net tunnels tunnel'][name] = own === undefined ? rest : { ...rest, 'secondary-address': own };
  }
  return next;
}

/** A self IP that changed between the unit's own and floating cannot be loaded (BIP-46). */
function refuseRegrouped(carried: Configuration, running: Configuration): void {
  for (const [name, self] of Object.entries(carried['net self'])) {
    const old = running['net self'][name];
    if (old && floats(old) !== floats(self)) throw new Refusal('regrouped', name);
  }
}
