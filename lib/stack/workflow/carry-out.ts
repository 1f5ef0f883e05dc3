import type { Choice, IChainable } from 'aws-cdk-lib/aws-stepfunctions';
import type { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Stage } from '../../tunnel/device';
import type { Kind } from '../../tunnel/devices';
import { allGood, caught, firstFailed, jsonata } from './expressions';
import { failureOn, sideBySide } from './side-by-side';
import { type Workshop, decide, sendingStep } from './states';
import type { Side, SideStep, Way } from './ways';

/**
 * Carries out a plan, stage by stage: traffic leaves, (what a pair needs first is built,) everything else changes, (the
 * tunnel is proven,) traffic arrives, (what left the declaration goes). A stage without work is skipped. Forward and
 * restoring ways are built by this one function.
 *
 * @param done - where the run goes after the last stage
 * @param failed - where the run goes when a stage failed
 * @returns the first decision
 */
export function carryOut(shop: Workshop, way: Way, done: IChainable, failed: IChainable): Choice {
  const last = way.clean ? onAllDevices(shop, way, 'clean', way.clean, done, failed) : done;

  const attach = virtualServers(shop, way, 'attach', failed);
  attach.next(last);
  const anythingToAttach = gate(shop, way.attach.gate, hasWork('attach', ['bigip']), attach, last);

  // A restore goes back to what was: whether that carried is not its business.
  const proof = way.phase === 'forward' ? prove(shop, way, anythingToAttach, failed) : anythingToAttach;

  const anythingToShape = onAllDevices(shop, way, 'shape', way.shape, proof, failed);
  const first = way.prepare
    ? onAllDevices(shop, way, 'prepare', way.prepare, anythingToShape, failed)
    : anythingToShape;

  const detach = virtualServers(shop, way, 'detach', failed);
  detach.next(first);
  return gate(shop, way.detach.gate, hasWork('detach', ['bigip']), detach, first);
}

/** The work that the plan has for one kind of device in one stage. */
const workOf = (stage: Stage) => (kind: Kind) => `$plan.work.${stage}.${kind}`;

const hasWork = (stage: Stage, kinds: readonly Kind[]): string =>
  `${kinds.map((kind) => `$count(${workOf(stage)(kind)})`).join(' + ')} > 0`;

/** A stage is entered only when it has work. */
function gate(shop: Workshop, name: string, when: string, stage: IChainable, beyond: IChainable): Choice {
  return decide(shop, name, 'A stage without work is skipped.', [{ when, goTo: stage }], beyond);
}

/** Takes traffic off the tunnel, or puts it on: one transaction on BIG-IP. */
function virtualServers(shop: Workshop, way: Way, stage: 'detach' | 'attach', failed: IChainable): LambdaInvoke {
  const { name } = way[stage];
  const step = sendingStep(shop, name, shop.handlers.of('bigip'), stage, {
    comment:
      stage === 'detach'
        ? 'Takes the virtual servers off the tunnel: traffic leaves before anything changes.'
        : 'Puts the virtual servers on the tunnel: traffic arrives last. Reads back, then saves.',
    work: workOf(stage)('bigip'),
    assign: { outcomes: jsonata('$append($outcomes, [$states.result.Payload])') },
  });
  step.addCatch(failed, { assign: failureOn(way, caught(name)), outputs: {} });
  return step;
}

const JUDGED = { good: jsonata(allGood('$states.result')), failure: jsonata(firstFailed('$states.result')) };

/** True unless the state before found every outcome good. */
const NOT_ALL_GOOD = '$not($states.input.good = true)';

/** What is worked on, by kind of device. */
const OBJECTS: Readonly<Record<Kind, string>> = {
  bigip: 'tunnel, self IP, route and SNAT pool',
  ramp: 'tunnel, addresses, firewall rule, flows and health report',
  cluster: 'labels, service account, its right, and ipfailover',
};

const VERBS = { prepare: 'Builds', shape: 'Changes', clean: 'Takes away' } as const;

/** One stage on all kinds of device that have a part in it. @returns the decision whether there is work */
function onAllDevices(
  shop: Workshop,
  way: Way,
  stage: 'prepare' | 'shape' | 'clean',
  step: SideStep,
  next: IChainable,
  failed: IChainable,
): Choice {
  const kinds = Object.keys(step.branches) as Kind[];
  const verb = way.phase === 'forward' ? VERBS[stage] : 'Puts back';
  const work = sideBySide(
    shop,
    step,
    {
      comment: step.comment,
      assign: { outcomes: jsonata('$append($outcomes, $states.result)') },
      outputs: JUDGED,
    },
    {
      doing: stage,
      work: workOf(stage),
      comments: Object.fromEntries(kinds.map((kind) => [kind, `${verb} ${OBJECTS[kind]}.`])),
    },
  );
  const judged = decide(
    shop,
    step.judged,
    'Every device has finished: did all of them succeed?',
    [{ when: NOT_ALL_GOOD, goTo: failed, assign: failureOn(way, '$states.input.failure') }],
    next,
  );
  work.addCatch(failed, { assign: failureOn(way, caught(step.name)), outputs: {} }).next(judged);
  return gate(shop, step.gate, hasWork(stage, kinds), work, next);
}

const PROVING: Side = {
  name: 'Verify ping',
  branches: {
    bigip: ['Ping from BIG-IP', 'BIG-IP cannot ping'],
    ramp: ['Ping from ramp nodes', 'Ramp nodes cannot ping'],
  },
};

/** Proves the tunnel before traffic arrives. */
function prove(shop: Workshop, way: Way, next: IChainable, failed: IChainable): Choice {
  const work = (kind: Kind): string => `$plan.prove.${kind}`;
  const verify = sideBySide(
    shop,
    PROVING,
    {
      comment: 'Proves the tunnel from both ends, before traffic arrives.',
      assign: { verification: jsonata('$append([], $states.result.devices.verification)') },
      outputs: JUDGED,
    },
    {
      doing: 'prove',
      work,
      comments: {
        bigip: 'BIG-IP pings the ramp node through the tunnel, and a Pod behind it.',
        ramp: 'The node that has the tunnel pings BIG-IP through it; the other one of a pair is proven by its configuration.',
      },
    },
  );
  const allReachable = decide(
    shop,
    'All reachable?',
    'Traffic arrives only on a tunnel that carries.',
    [{ when: NOT_ALL_GOOD, goTo: failed, assign: failureOn(way, '$states.input.failure') }],
    next,
  );
  verify.addCatch(failed, { assign: failureOn(way, caught(PROVING.name)), outputs: {} }).next(allReachable);
  const anything = (Object.keys(PROVING.branches) as Kind[]).map((kind) => `$count(${work(kind)})`).join(' + ');
  return gate(shop, 'Anything to prove?', `${anything} > 0`, verify, next);
}
