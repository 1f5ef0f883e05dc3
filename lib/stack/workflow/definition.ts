import { Wait, WaitTime, type Choice, type IChainable } from 'aws-cdk-lib/aws-stepfunctions';
import type { EndStateName } from '../../tunnel/outcome';
import { carryOut } from './carry-out';
import { type EndStates, endStates } from './ends';
import { caught, failure, found, jsonata } from './expressions';
import { takeLease } from './lease';
import { recordLook } from './looking';
import { lookAndPlan } from './look-and-plan';
import { type ClosingWrites, closingWrites, newFence, recordBefore } from './records';
import { NOTICES, tellPeople } from './notices';
import { type Workshop, decide, decision, rules, thinkingStep } from './states';
import { VARIABLES } from './variables';
import { FORWARD, RESTORE } from './ways';

/** Before the second round, and so much longer before each further one: with the tries in between, some minutes in all. */
const PATIENCE_SECONDS = 30;

/** How often a restore is carried out. After the last time the run looks once more, only to confirm. */
const RESTORING_ROUNDS = 3;

/**
 * The run.
 *
 *   Read request -> lease -> Observe -> Plan -> What is to be done?
 *      -> nothing, or only a look: the run ends
 *      -> Record before -> detach -> configure -> prove -> attach -> Record applied
 *
 *   any failure -> Was anything changed? -> no: the run ends, NotStarted
 *      -> yes: New fence -> Observe again -> Plan restore -> Confirm restored
 *           -> nothing left: Record restored
 *           -> detach -> restore -> attach -> New fence ...
 */
export function definition(shop: Workshop): IChainable {
  const ends = endStates(shop);
  const closing = closingWrites(shop);
  const failed = decision(
    shop,
    'Was anything changed?',
    'Every failure comes here. Before the first change it ends the run; after it, everything is put back.',
  );
  const end = ending(shop, ends);
  closeRuns(closing, ends, end, failed);

  const restore = restoring(shop, closing, failed);
  answerFailure(shop, failed, ends, closing, restore);

  const forward = goingForward(shop, ends, closing, end, failed);
  const held = decide(
    shop,
    'Is this a repair?',
    'A repair puts back what a run that died had begun, if that run left a record of how it was.',
    [
      {
        when: "$request.repair != null and $type($records.before) = 'string'",
        goTo: restore,
        assign: { begun: true, before: jsonata('$records.before') },
      },
      { when: '$request.repair != null', goTo: closing.nothingToRestore },
    ],
    forward,
  );
  return readRequest(shop, ends, takeLease(shop, ends, forward, held));
}

/** Checks the input and sets every variable. */
function readRequest(shop: Workshop, ends: EndStates, next: IChainable): IChainable {
  // Whoever ends the run may look at any variable, so all are set here as well.
  const outside = { ...VARIABLES, request: jsonata('$states.input'), failure: jsonata(caught('Read request')) };
  return thinkingStep(shop, 'Read request', shop.handlers.readRequest, {
    comment: "Checks the request and adds the tunnel's declaration, if there is one.",
    payload: '$states.input',
    assign: VARIABLES,
  })
    .addCatch(ends.InvalidRequest, { errors: ['InvalidRequest'], assign: outside, outputs: {} })
    .addCatch(ends.NotStarted, { assign: outside, outputs: {} })
    .next(next);
}

/** Looks, plans, decides; and carries out, when there is something to change. */
function goingForward(
  shop: Workshop,
  ends: EndStates,
  closing: ClosingWrites,
  end: Choice,
  failed: Choice,
): IChainable {
  const whatWasDone = decide(
    shop,
    'What was carried out?',
    'An apply or a teardown: each leaves other records.',
    // The pings of its look went through what is gone now.
    [{ when: "$request.action = 'teardown'", goTo: closing.tornDown, assign: { verification: [] } }],
    closing.applied,
  );
  const begin = recordBefore(shop);
  begin
    .addCatch(failed, { assign: failure(caught('Record before')), outputs: {} })
    .next(carryOut(shop, FORWARD, whatWasDone, failed));

  // What was seen is told even where it could not be written down.
  const looked = recordLook(shop);
  looked.addCatch(end, { outputs: {} }).next(end);

  const nothing = '$plan.operations = 0';
  const carries = '$plan.reachable = true';
  const doesNotCarry = failure(found('NotVerified', '$plan.sentence', 'What is to be done?'));
  const decideWhat = decide(
    shop,
    'What is to be done?',
    'A plan and a verification end here, and so does an apply or a teardown that finds nothing to change.',
    [
      { when: "$request.action = 'plan'", goTo: ends.Planned },
      {
        when: `$request.action = 'verify' and ${nothing} and ${carries}`,
        goTo: looked,
        assign: { ending: 'Verified' },
      },
      { when: "$request.action = 'verify'", goTo: looked, assign: { ...doesNotCarry, ending: 'NotVerified' } },
      { when: `${nothing} and $request.action = 'teardown'`, goTo: closing.tornDown },
      { when: `${nothing} and ${carries}`, goTo: closing.unchanged },
      { when: nothing, goTo: closing.notVerified, assign: doesNotCarry },
      { when: '$request.trigger != null and $count($plan.interrupts) > 0', goTo: closing.planned },
    ],
    begin,
  );
  return lookAndPlan(shop, FORWARD, decideWhat, failed);
}

/** One round of restoring, and the way back into the next one. */
function restoring(shop: Workshop, closing: ClosingWrites, failed: Choice): IChainable {
  const fence = newFence(shop);
  const confirm = decide(
    shop,
    'Confirm restored',
    'A restore is confirmed by a fresh look that finds nothing left to put back.',
    [
      { when: '$plan.operations = 0', goTo: closing.restored },
      { when: `$restoreRound > ${RESTORING_ROUNDS}`, goTo: closing.notRestored },
    ],
    carryOut(shop, RESTORE, fence, failed),
  );
  fence
    .addCatch(closing.notRestored, {
      assign: { ...failure(caught('New fence')), restoreFailure: jsonata(caught('New fence')) },
      outputs: {},
    })
    .next(lookAndPlan(shop, RESTORE, confirm, failed));
  return fence;
}

/** Where every failure goes. */
function answerFailure(
  shop: Workshop,
  failed: Choice,
  ends: EndStates,
  closing: ClosingWrites,
  restore: IChainable,
): void {
  rules(
    failed,
    [
      { when: '$fence = null', goTo: ends.NotStarted },
      { when: '$begun = false', goTo: closing.notStarted },
      { when: `$restoreRound > ${RESTORING_ROUNDS}`, goTo: closing.notRestored },
      { when: '$restoreRound > 0', goTo: patience(shop, restore) },
    ],
    restore,
  );
}

/** A device that could not be reached in one round may be starting up: each further round waits longer for it. */
function patience(shop: Workshop, restore: IChainable): IChainable {
  const wait = Wait.jsonata(shop.scope, 'Wait before restoring again', {
    comment: 'Restoring failed. Gives the device a little time, then looks and tries again.',
    time: WaitTime.seconds(jsonata(`$restoreRound * ${PATIENCE_SECONDS}`)),
  });
  wait.next(restore);
  return wait;
}

/** Each closing write, where it leads, and where the run goes when the table refuses it. */
function closeRuns(closing: ClosingWrites, ends: EndStates, end: Choice, failed: Choice): void {
  const lead = (write: ClosingWrites[keyof ClosingWrites], then: IChainable) =>
    write.addCatch(failed, { assign: failure(caught(write.id)), outputs: {} }).next(then);
  // From these on the run cannot do better than to end: its result stands in the execution alone.
  const last = (write: ClosingWrites[keyof ClosingWrites], as: EndStateName, notice: string) =>
    write
      .addCatch(end, {
        assign: { ...failure(caught(write.id)), ending: as, notice: jsonata(notice) },
        outputs: {},
      })
      .next(end);

  lead(closing.applied, end);
  lead(closing.tornDown, ends.TornDown);
  lead(closing.unchanged, ends.Unchanged);
  lead(closing.planned, end);
  lead(closing.nothingToRestore, end);
  last(closing.notVerified, 'NotVerified', NOTICES.notVerified);
  last(closing.notStarted, 'NotStarted', NOTICES.notStarted);
  last(closing.restored, 'RollbackFailed', NOTICES.notRestored);
  last(closing.notRestored, 'RollbackFailed', NOTICES.notRestored);
}

/** The end that was recorded, after people were told of it where that is due. */
function ending(shop: Workshop, ends: EndStates): Choice {
  const told = tellPeople(shop);
  const end = decide(
    shop,
    'How does the run end?',
    'As its result says that was written; and people are told first, when it concerns them.',
    [
      { when: "$type($notice) = 'object'", goTo: told },
      ...(['Applied', 'Planned', 'Verified', 'Restored', 'NotVerified', 'NotStarted', 'RolledBack'] as const).map(
        (name) => ({
          when: `$ending = '${name}'`,
          goTo: ends[name],
        }),
      ),
    ],
    ends.RollbackFailed,
  );
  told.addCatch(end, { assign: { notice: null }, outputs: {} }).next(end);
  return end;
}
