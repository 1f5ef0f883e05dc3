import type { Choice, IChainable } from 'aws-cdk-lib/aws-stepfunctions';
import type { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { allGood, caught, firstFailed, jsonata } from './expressions';
import { failureOn, sideBySide } from './side-by-side';
import { type Workshop, decide, sendingStep } from './states';
import type { Way } from './ways';

/**
 * Carries out a plan, stage by stage: traffic leaves, everything else changes, (the tunnel is proven,) traffic arrives.
 * A stage without work is skipped. Forward and restoring ways are built by this one function.
 *
 * @param done - where the run goes after the last stage
 * @param failed - where the run goes when a stage failed
 * @returns the first decision
 */
export function carryOut(shop: Workshop, way: Way, done: IChainable, failed: IChainable): Choice {
  const { words } = way;

  const attach = virtualServers(shop, way, 'attach', failed);
  attach.next(done);
  const anythingToAttach = gate(shop, words.anythingToAttach, '$count($plan.attach) > 0', attach, done);

  // A restore goes back to what was: whether that carried is not its business.
  const proof = way.phase === 'forward' ? prove(shop, way, anythingToAttach, failed) : anythingToAttach;

  const shape = shapeDevices(shop, way, proof, failed);
  const work = '$count($plan.shape.bigip) + $count($plan.shape.ramp) > 0';
  const anythingToShape = gate(shop, words.anythingToShape, work, shape, proof);

  const detach = virtualServers(shop, way, 'detach', failed);
  detach.next(anythingToShape);
  return gate(shop, words.anythingToDetach, '$count($plan.detach) > 0', detach, anythingToShape);
}

/** A stage is entered only when it has work. */
function gate(shop: Workshop, name: string, hasWork: string, stage: IChainable, beyond: IChainable): Choice {
  return decide(shop, name, 'A stage without work is skipped.', [{ when: hasWork, goTo: stage }], beyond);
}

/** Takes traffic off the tunnel, or puts it on: one transaction on BIG-IP. */
function virtualServers(shop: Workshop, way: Way, stage: 'detach' | 'attach', failed: IChainable): LambdaInvoke {
  const name = way.words[stage];
  const step = sendingStep(shop, name, shop.handlers.bigIp, stage, {
    comment:
      stage === 'detach'
        ? 'Takes the virtual servers off the tunnel: traffic leaves before anything changes.'
        : 'Puts the virtual servers on the tunnel: traffic arrives last. Reads back, then saves.',
    work: `$plan.${stage}`,
    assign: { outcomes: jsonata('$append($outcomes, [$states.result.Payload])') },
  });
  step.addCatch(failed, { assign: failureOn(way, caught(name)), outputs: {} });
  return step;
}

const JUDGED = { good: jsonata(allGood('$states.result')), failure: jsonata(firstFailed('$states.result')) };

/** True unless the state before found every outcome good. */
const NOT_ALL_GOOD = '$not($states.input.good = true)';

function shapeDevices(shop: Workshop, way: Way, next: IChainable, failed: IChainable): IChainable {
  const { words } = way;
  const verb = way.phase === 'forward' ? 'Changes' : 'Puts back';
  const shape = sideBySide(
    shop,
    words.shape,
    {
      comment: `${verb} everything but the virtual servers, on all devices side by side.`,
      assign: { outcomes: jsonata('$append($outcomes, $states.result)') },
      outputs: JUDGED,
    },
    [
      {
        kind: 'bigip',
        name: words.shapeBigIp,
        mishap: words.bigIpNotShaped,
        comment: `${verb} tunnel, self IP, route and SNAT pool.`,
        doing: 'shape',
        work: '$plan.shape.bigip',
      },
      {
        kind: 'ramp',
        name: words.shapeRampNodes,
        mishap: words.rampNodesNotShaped,
        comment: `${verb} tunnel, addresses, firewall rule and flows.`,
        doing: 'shape',
        work: '$plan.shape.ramp',
      },
    ],
  );
  const allShaped = decide(
    shop,
    words.allShaped,
    'Every device has finished: did all of them succeed?',
    [{ when: NOT_ALL_GOOD, goTo: failed, assign: failureOn(way, '$states.input.failure') }],
    next,
  );
  return shape.addCatch(failed, { assign: failureOn(way, caught(words.shape)), outputs: {} }).next(allShaped);
}

/** Proves the tunnel before traffic arrives. */
function prove(shop: Workshop, way: Way, next: IChainable, failed: IChainable): Choice {
  const verify = sideBySide(
    shop,
    'Verify ping',
    {
      comment: 'Proves the tunnel from both ends, before traffic arrives.',
      assign: {
        verification: jsonata('$append([], $states.result.devices.verification)'),
      },
      outputs: JUDGED,
    },
    [
      {
        kind: 'bigip',
        name: 'Ping from BIG-IP',
        mishap: 'BIG-IP cannot ping',
        comment: 'BIG-IP pings the ramp node through the tunnel, and a Pod behind it.',
        doing: 'prove',
      },
      {
        kind: 'ramp',
        name: 'Ping from ramp nodes',
        mishap: 'Ramp nodes cannot ping',
        comment: 'The ramp nodes ping BIG-IP through the tunnel.',
        doing: 'prove',
      },
    ],
  );
  const allReachable = decide(
    shop,
    'All reachable?',
    'Traffic arrives only on a tunnel that carries.',
    [{ when: NOT_ALL_GOOD, goTo: failed, assign: failureOn(way, '$states.input.failure') }],
    next,
  );
  verify.addCatch(failed, { assign: failureOn(way, caught('Verify ping')), outputs: {} }).next(allReachable);
  return gate(shop, 'Anything to prove?', '$count($plan.prove) > 0', verify, next);
}
