import { bigipAddress } from '../declaration/tunnel';
import type { Look } from '../device/look';
import type { Probe, Subject } from '../device/observation';
import type { State } from '../device/operation';
import { readable } from '../device/words';
import { madeBy } from './own';
import { desiredRoute, route } from './route';
import { ownSelf, self } from './self';
import { ownPool, snatPool } from './snatpool';
import { ownTunnel, tunnel } from './tunnel';
import { ownSelfOfUnit, ownUnitSelf } from './unit-self';

/** What a unit needs to carry traffic at once when it becomes active. */
const CARRIERS = [tunnel, ownSelfOfUnit, self, route, snatPool];

/** What is asked to prove the standby unit. */
export function carrierQuestions(subject: Subject): readonly string[] {
  return CARRIERS.flatMap((kind) => kind.questions?.(subject) ?? []);
}

/**
 * The standby unit of a pair cannot ping through the tunnel, whose address is on the other one: it is proven by its configuration (ADR 0027).
 * @throws NotUnderstood
 */
export function provenByConfiguration(look: Look): Probe {
  const state: Record<string, string> = {};
  for (const kind of CARRIERS)
    for (const { object, value } of kind.read(look, kind.questions?.(look.subject) ?? [], state))
      if (value !== undefined) state[object] ??= value;
  const wrong = whatDiffers(look.subject, state);
  return {
    from: look.device,
    to: bigipAddress(look.subject.spec),
    what: 'standby unit, judged by its configuration',
    ok: wrong === undefined,
    detail: wrong ?? 'has the tunnel, its addresses, its routes and the SNAT pool as declared',
  };
}

/** The first object that is not as declared, in words; undefined: there is none. */
function whatDiffers(subject: Subject, state: State): string | undefined {
  const { spec } = subject;
  const named = Object.assign(
    {},
    ...[ownTunnel, ownUnitSelf, ownSelf, ownPool].map((own) => madeBy(own, subject, state)),
  ) as State;
  const [object] = Object.keys(named).filter((each) => state[each] !== named[each]);
  if (object !== undefined)
    return `${object} is ${state[object] === undefined ? 'missing' : `"${readable(state[object])}", not "${readable(named[object]!)}"`}`;
  const network = spec.clusterNetworks.find((each) => !Object.values(state).includes(desiredRoute(spec, each)));
  return network === undefined ? undefined : `there is no route to ${network} by the tunnel`;
}
