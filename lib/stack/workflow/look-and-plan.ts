import type { IChainable, Parallel } from 'aws-cdk-lib/aws-stepfunctions';
import { CONTRACT } from '../../tunnel/outcome';
import { ME, caught, jsonata } from './expressions';
import { failureOn, sideBySide } from './side-by-side';
import { type Workshop, thinkingStep } from './states';
import type { Way } from './ways';

/**
 * Looks at every device, and plans the difference to what is wanted.
 *
 * @param next - where the run decides what the plan means
 * @param failed - where the run goes when it could not look or plan
 */
export function lookAndPlan(shop: Workshop, way: Way, next: IChainable, failed: IChainable): Parallel {
  const observe = sideBySide(
    shop,
    way.observe,
    { comment: 'Looks at every device that the tunnel touches.', assign: { observed: jsonata('$states.result') } },
    {
      doing: 'observe',
      comments: {
        bigip: 'Reads the objects of this tunnel on BIG-IP, through its bastion.',
        ramp: 'Reads the objects of this tunnel on the ramp nodes; of a balancer inside the SDN, its way to the Pods.',
        cluster: 'Reads labels, accounts and ipfailover objects by oc.',
      },
    },
  );
  const plan = thinkingStep(shop, way.plan, shop.handlers.plan, {
    comment:
      way.phase === 'forward' ? 'What differs from what is asked for?' : 'What differs from what was before the run?',
    payload: {
      contract: CONTRACT,
      execution: jsonata(ME),
      phase: way.phase,
      request: jsonata('$request'),
      observed: jsonata('$observed'),
      records: jsonata('$records'),
      before: jsonata('$before'),
      outcomes: jsonata('$outcomes'),
    },
    assign: way.phase === 'forward' ? FORWARD_PLAN : RESTORING_PLAN,
  });
  observe.addCatch(failed, { assign: failureOn(way, caught(way.observe.name)), outputs: {} }).next(plan);
  plan.addCatch(failed, { assign: failureOn(way, caught(way.plan)), outputs: {} }).next(next);
  return observe;
}

const PLAN = '$states.result.Payload';

const FORWARD_PLAN = {
  plan: jsonata(PLAN),
  changes: jsonata(`${PLAN}.changes`),
  verification: jsonata(`${PLAN}.verification`),
};

const RESTORING_PLAN = {
  plan: jsonata(PLAN),
  // A repair has no forward plan: what it set out to change is its first plan.
  changes: jsonata(`$request.repair != null and $restoreRound = 1 ? ${PLAN}.changes : $changes`),
  verification: jsonata(`${PLAN}.verification`),
  remaining: jsonata(`${PLAN}.changes`),
  // What this round may leave half done is known to the next one.
  before: jsonata(`${PLAN}.records.before`),
  left: jsonata(`${PLAN}.left`),
};
