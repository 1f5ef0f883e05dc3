import { end, expectBuilt, ONE, pairOf, run, synchronise, TWO, unitOf } from './bigip-pair';
import type { Site } from './site';

/** What may happen to a pair of BIG-IPs. */
export const EVENTS = [
  'apply',
  'teardown',
  'failover',
  'drift of what is the first unit’s own',
  'drift of what is the second unit’s own',
  'drift of what they share',
  'a stranger’s object, synchronised',
  'a stranger’s object, pending',
] as const;

/** A pair to which things happen. */
export interface Life {
  readonly open: Site;
  /** How many objects strangers have made. */
  objects: number;
  /** The unit on which a stranger has changed something that the other one lacks. */
  pending?: string | undefined;
}

/** Lets something happen, unless it would be a conflict that only a person could resolve. */
export async function happen(life: Life, event: (typeof EVENTS)[number]): Promise<void> {
  const { open, pending } = life;
  const active = activeOf(life);
  switch (event) {
    case 'apply':
    case 'teardown':
      return runs(life, event);
    case 'failover':
      return open.lab.hosts.act(ONE, 'failover');
    case 'drift of what is the first unit’s own':
      return type(life, ONE, 'modify net self SDN_unit { allow-service none }', 'SDN_unit');
    case 'drift of what is the second unit’s own':
      return type(life, TWO, 'modify net self SDN_unit { allow-service none }', 'SDN_unit');
    case 'drift of what they share':
      if (pending !== undefined) return;
      await type(life, active, 'delete net route SDN_10.128.0.0_14', 'SDN_10.128.0.0_14');
      return synchronise(open, active);
    case 'a stranger’s object, synchronised':
    case 'a stranger’s object, pending':
      if (pending !== undefined) return;
      life.objects += 1;
      await type(life, active, `create ltm snatpool theirs${life.objects} members add { 10.3.88.${life.objects} }`);
      // With automatic synchronisation it is not pending for long.
      if (event === 'a stranger’s object, synchronised' || pairOf(open).autoSync) return synchronise(open, active);
      life.pending = active;
  }
}

/** The strangers undo what they did, a last apply goes well, and a teardown follows. */
export async function finish(life: Life): Promise<void> {
  if (life.pending !== undefined) await synchronise(life.open, life.pending);
  life.pending = undefined;
  for (let i = 1; i <= life.objects; i++) await type(life, activeOf(life), `delete ltm snatpool theirs${i}`);
  await synchronise(life.open, activeOf(life));
  await runs(life, 'apply');
  expect(await end(life.open)).toBe('Unchanged');
  await runs(life, 'teardown');
  for (const unit of [ONE, TWO]) await type(life, unit, 'save sys config');
}

function activeOf({ open }: Life): string {
  return unitOf(open, ONE).device.failover === 'ACTIVE' ? ONE : TWO;
}

async function runs({ open, pending }: Life, action: 'apply' | 'teardown'): Promise<void> {
  const before = open.dump();
  const { end: ended, typed } = await run(open, { action, allowInterruption: true });
  if (pending !== undefined) {
    expect([ended, typed, open.dump()]).toEqual([expect.stringMatching(/^NotStarted: /), [], before]);
    return;
  }
  expect(ended).toMatch(action === 'apply' ? /^(?:Applied|Unchanged)$/ : /^TornDown$/);
  if (action === 'apply') expectBuilt(open);
}

/** A stranger types on a unit, if the object that he means is there: on both units or none. */
async function type({ open }: Life, unit: string, line: string, object?: string): Promise<void> {
  if (object !== undefined && !open.dump().includes(` ${object} {`)) return;
  expect([line, (await open.world.run(unit, line)).err]).toEqual([line, '']);
}
