import type { Device } from '../device/device';
import type { Observation, Wanted } from '../device/observation';
import type { State } from '../device/operation';
import { Refused } from '../errors';
import type { Member } from '../tunnel';
import { proofs, prove, questions, read, type BalancerFacts } from './read';

/** A balancer that is itself a node of the SDN. Nothing is changed on it: the SDN made all that it needs, and that is looked at. */
export const balancer: Device<BalancerFacts, Member> = {
  kind: 'ramp',
  title: 'balancer',
  questions,
  proofs,
  read,
  prove,
  desired,
  absent: () => ({}),
  originals: ({ original }) => original,
  objectQuestions: () => [],
  saved: () => null,
  drains: () => [],
  keeps: () => [],
  order: {
    rank: () => 0,
    stage: () => 'shape',
    immutable: () => false,
    dependents: () => [],
    interrupts: () => undefined,
  },
  describe: ({ object }) => object,
  remarks: () => [],
};

/** @throws Refused: no member of the SDN */
function desired(_wanted: Wanted<Member>, { facts }: Observation<BalancerFacts>): State {
  if (facts.problem !== null) throw new Refused('sdn-absent', facts.problem);
  return {};
}
