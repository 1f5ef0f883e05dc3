import { absentOf, Device } from '../device/device';
import type { Observation, Wanted } from '../device/observation';
import { property } from '../device/words';
import { Refused } from '../errors/errors';
import { bigipUnits, isBigIpPair, marker } from '../declaration/tunnel';
import type { BigIpFacts } from './facts';
import { GROUP_QUESTIONS, groupRemarks, readGroup, refuseGroup } from './group';
import { title } from './own';
import { pairQuestions, readPair } from './pair';
import { pairRemarks, refusePair } from './pair-refusals';
import { syncRemarks, workingInPair } from './pair-work';
import { probes, proofs } from './probes';
import { readRoutes, route } from './route';
import { readSaved, saved } from './saved';
import { self } from './self';
import { synced } from './synced';
import { snatPool } from './snatpool';
import { tunnel } from './tunnel';
import { ownSelfOfUnit } from './unit-self';
import { readTwins, twinQuestions } from './twins';
import { virtual } from './virtual';

const objects = [tunnel, ownSelfOfUnit, self, route, snatPool, virtual, synced, saved];

/** BIG-IP: one unit, alone or of a pair, reached through its bastion. */
export const bigip = new Device<BigIpFacts>({
  title: 'BIG-IP',
  role: 'bastion',
  scripts: {
    sender: 'BigIp',
    what: 'BIG-IP through its bastion',
    objects: 'tunnel, self IP, route and SNAT pool',
    proof: 'BIG-IP pings the ramp node through the tunnel, and a Pod behind it.',
    files: ['bigip-listing.sh', 'bigip-session.sh', 'bigip-group.sh'],
    parameters: ['Management', 'User', 'Secret', 'HostKey', 'Saved'],
  },
  devices: (declared) =>
    bigipUnits(declared).map(({ management, bastion }) => ({ name: management, instance: bastion })),
  // By SSH from its bastion: no agent runs on it.
  parameters({ name, spec }) {
    const unit = bigipUnits(spec).find(({ management }) => management === name)!;
    return { Management: unit.management, User: unit.user, Secret: unit.secret, HostKey: unit.hostKey };
  },
  // What is written for people. In a listing, what stands in quotes has its own blanks (tmsh.ts).
  inWords: (question) => /^(?:group|ping) /.test(question),
  objects,
  facts: {
    questions: (subject) => [...twinQuestions(subject), ...GROUP_QUESTIONS, ...pairQuestions(subject)],
    read(look, state) {
      const { found, more } = look.once(readRoutes);
      const pair = readPair(look);
      return {
        routes: Object.fromEntries(found.map(({ name, value }) => [name, value])),
        bypasses: more,
        saved: readSaved(look, state),
        group: readGroup(look),
        twins: readTwins(look),
        ...(pair && { pair }),
      };
    },
  },
  probes,
  proofs,
  provesAlong: 'until answered',
  several: true,
  together: {
    ...workingInPair(objects),
    refuse(goal, spec, looks) {
      const pendingIsOurs = looks.some(({ facts }) => facts.pair!.pendingOf.includes(spec.name));
      refusePair(spec, looks, { goal, pendingIsOurs });
    },
    remarks: pairRemarks,
  },
  stages: 'own',
  saved: (facts) => facts.saved,
  refuse,
  remarks(wanted, { facts }, operations) {
    if (facts.pair && isBigIpPair(wanted.spec)) return syncRemarks(wanted, facts.pair, operations);
    return operations.length > 0 ? groupRemarks(wanted, facts) : [];
  },
});

/**
 * What edge-ramp made may also be removed from a unit that has joined a device group since; what only the published procedure made there is not ours
 * to take from half a pair.
 */
function refuse(wanted: Wanted, observed: Observation<BigIpFacts>, shallExist: boolean): void {
  const { state, facts } = observed;
  if (!shallExist) {
    const gone = absentOf(objects, wanted, observed);
    const changes = Object.keys(state).some((object) => object !== 'config saved' && gone[object] !== state[object]);
    const made =
      wanted.applied !== null ||
      Object.values(state).some((value) => property(value, 'description') === marker(wanted.spec));
    if (changes && !made && !isBigIpPair(wanted.spec)) refuseGroup(wanted, facts);
    return;
  }
  if (!isBigIpPair(wanted.spec)) refuseGroup(wanted, facts);
  const [twin] = facts.twins;
  if (twin !== undefined)
    throw new Refused(
      'object-twin',
      `${title(wanted)} already has a ${twin} that is what this tunnel's would be: declare that name (objects.${twin.split(' ')[0]}) to have it adopted, or remove it, which cuts what uses it`,
    );
}
