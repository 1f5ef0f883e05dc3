import { type IChainable, Wait, WaitTime } from 'aws-cdk-lib/aws-stepfunctions';
import { CONTRACT } from '../../tunnel/run/outcome';
import { begin } from './beginning';
import { FAILED } from './closing';
import { end } from './ending';
import { caught, fenceAfter, jsonata, reportWith } from './expressions';
import type { Parts } from './parts';
import { deviceStage, toFailure, trafficStage, type Direction } from './stages';
import { States } from './states';
import { sideBySide, compute, type Steps } from './steps';
import { TableWrites, numberValue, textValue } from './table-writes';

/** How often a restore is carried out. After the last time the run looks once more, only to confirm. */
const RESTORING_ROUNDS = 3;

/** Before the second round of restoring, and so much longer before each further one: with the tries in between, some minutes in all. */
const RESTORE_SECONDS = 30;

/** Before a tunnel that does not carry is looked at once more. keepalived settles within some 6 s (docs/RUNBOOK.md). */
const SETTLING_SECONDS = 10;

/**
 * The run, in the order in which it goes:
 *
 *   Begin -> Read request -> Take lease -> Observe -> Plan -> What is to be done?
 *      -> nothing, or only a look: the run ends; where the tunnel does not carry, after one more look
 *      -> Record before -> detach -> prepare -> configure -> prove -> attach -> clean up -> Record applied
 *
 *   any failure -> Was anything changed?
 *      -> no: the run ends, NotStarted
 *      -> yes: New fence -> Observe again -> Plan restore -> Confirm restored
 *           -> nothing left: Record restored
 *           -> too many rounds: Record not restored
 *           -> detach -> restore -> attach -> New fence ...
 *
 * A repair goes from Take lease to New fence. Which call makes which state:
 *
 *   begin                every state before Observe, Record pause and Record resume
 *   end                  what ends the run: each other `Record ...` but Record before, the notice, the end states
 *
 *   run.decide           a Choice
 *   run.goOn             a Pass or a Wait
 *   run.work             the state that its first argument makes, with where it leads, and where when it failed
 *   compute              a Lambda task that calls no device
 *   table.holding        an update of the tunnel's item in DynamoDB, refused when this run has lost the lease
 *   trafficStage         a Choice `gate`, and one Lambda task `name`, which calls BIG-IP
 *   deviceStage          a Choice `gate`, a Parallel `name`, and a Choice `judged`. Each of its `steps` is a branch: one Lambda task for all
 *                        devices of a kind, and a Pass `STEP failed`, which keeps the failure as the branch's answer
 *   observe              a Parallel `name` with the same branches. Plan judges what could not be seen, so it needs no Choice
 */
export function definition(parts: Parts): IChainable {
  const run = new States(parts.scope);
  const table = new TableWrites(parts.scope, parts.table);
  begin(run, parts, table);
  forward(run, parts, table);
  restore(run, parts, table);
  end(run, parts, table);
  return run.startingAt('Begin');
}

/** Looks, plans, decides; and carries out, when there is something to change. */
function forward(run: States, parts: Parts, table: TableWrites): void {
  const { scope } = parts;
  observe(run, parts, 'forward', {
    name: 'Observe',
    steps: { bigip: 'Observe BIG-IP', ramp: 'Observe ramp nodes', cluster: 'Observe cluster' },
    next: 'Plan',
  });
  run.work(
    compute(scope, 'Plan', parts.handlers.plan, {
      comment: 'What differs from what is asked for?',
      payload: planning('forward'),
      assign: {
        plan: jsonata('$states.result.Payload'),
        report: jsonata("$merge([$states.result.Payload.report, {'remaining': null}])"),
      },
    }),
    'What is to be done?',
    toFailure('forward', 'Plan'),
  );

  const doesNotCarry = {
    failure: { error: 'NotVerified', cause: jsonata('$report.sentence'), state: 'What is to be done?' },
  };
  run.decide(
    'What is to be done?',
    'A plan and a verification end here, and so does an apply or a teardown that finds nothing to change.',
    [
      { when: "$plan.verdict = 'Planned'", goTo: 'Planned' },
      { when: "$plan.verdict = 'LookAgain'", goTo: 'Look again' },
      { when: "$plan.verdict = 'Verified'", goTo: 'Record look', assign: { ending: 'Verified' } },
      {
        when: "$request.action = 'verify'",
        goTo: 'Record look',
        assign: { ...doesNotCarry, ending: 'NotVerified' },
      },
      { when: "$plan.verdict = 'TornDown'", goTo: 'Record torn down' },
      { when: "$plan.verdict = 'Unchanged'", goTo: 'Record unchanged' },
      { when: "$plan.verdict = 'NotVerified'", goTo: 'Record not verified', assign: doesNotCarry },
      // A run that automation started never cuts live traffic.
      { when: "$plan.verdict = 'LeftToAPerson'", goTo: 'Record planned' },
    ],
    'Record before',
  );
  run.goOn(
    Wait.jsonata(scope, 'Look again', {
      comment: 'It stands and does not carry: its virtual IP may be moving, or a node starting. One more look tells.',
      time: WaitTime.seconds(jsonata(String(SETTLING_SECONDS))),
      assign: { lookedAgain: true },
    }),
    'Observe',
  );

  run.work(
    table.holding('Record before', {
      comment: 'Writes down how to put everything back, before the first change.',
      set: { before: textValue('$plan.records.before'), original: textValue('$plan.records.original') },
      assign: {
        begun: true,
        before: jsonata('$plan.records.before'),
        records: {
          original: jsonata('$plan.records.original'),
          before: jsonata('$plan.records.before'),
          applied: jsonata('$records.applied'),
        },
      },
    }),
    'Anything to detach?',
    toFailure('forward', 'Record before'),
  );
  trafficStage(run, parts, 'forward', 'detach', {
    gate: 'Anything to detach?',
    name: 'Detach virtual servers',
    comment: 'Takes the virtual servers off the tunnel: traffic leaves before anything changes.',
    next: 'Anything to prepare?',
  });
  // Of a pair of ramp nodes only: what a node or the cluster needs, when nothing of it cuts traffic. Else it is part of Configure.
  deviceStage(run, parts, 'forward', 'prepare', {
    gate: 'Anything to prepare?',
    name: 'Prepare',
    comment:
      'Builds what a pair of ramp nodes needs before BIG-IP points there: both nodes, and what moves the virtual IP.',
    steps: { ramp: 'Prepare ramp nodes', cluster: 'Label nodes, configure ipfailover' },
    judged: 'All prepared?',
    next: 'Anything to configure?',
  });
  // BIG-IP: tunnel, self IP, routes, SNAT pool. Ramp node: tunnel, address, route, INPUT rule, RAMP_SDN_IP and flows, or the SNAT rule.
  // Cluster: whether a node takes Pods, and changes of ipfailover that cut traffic.
  deviceStage(run, parts, 'forward', 'shape', {
    gate: 'Anything to configure?',
    name: 'Configure',
    comment: 'Changes everything but the virtual servers, on all devices side by side.',
    steps: { bigip: 'Configure BIG-IP', ramp: 'Configure ramp nodes', cluster: 'Configure cluster' },
    judged: 'All configured?',
    next: 'Anything to prove?',
  });
  deviceStage(run, parts, 'forward', 'prove', {
    gate: 'Anything to prove?',
    name: 'Verify ping',
    comment: 'Proves the tunnel from both ends, before traffic arrives.',
    steps: { bigip: 'Ping from BIG-IP', ramp: 'Ping from ramp nodes' },
    judged: 'All reachable?',
    next: 'Anything to attach?',
  });
  // Saves BIG-IP's configuration, also when no virtual server changes.
  trafficStage(run, parts, 'forward', 'attach', {
    gate: 'Anything to attach?',
    name: 'Attach virtual servers',
    comment: 'Puts the virtual servers on the tunnel: traffic arrives last. Reads back, then saves.',
    next: 'Anything to clean up?',
  });
  deviceStage(run, parts, 'forward', 'clean', {
    gate: 'Anything to clean up?',
    name: 'Clean up',
    comment: 'Traffic goes the new way: takes away what left the declaration.',
    steps: { bigip: 'Clean up BIG-IP', ramp: 'Clean up ramp nodes', cluster: 'Clean up cluster' },
    judged: 'All cleaned up?',
    next: 'What was carried out?',
  });
  run.decide(
    'What was carried out?',
    'An apply or a teardown: each leaves other records.',
    [
      {
        when: "$request.action = 'teardown'",
        goTo: 'Record torn down',
        // The pings of its look went through what is gone now.
        assign: { report: reportWith("'verification': []") },
      },
    ],
    'Record applied',
  );
}

/** What follows a failure: the rounds of putting everything back. */
function restore(run: States, parts: Parts, table: TableWrites): void {
  const { scope } = parts;
  // A repair has no way forward: its first failure is one of the restore.
  const firstFailure = { failure: jsonata('$failure = null ? $restoreFailure : $failure') };
  run.decide(
    'Was anything changed?',
    'Every failure comes here. Before the first change it ends the run; after it, everything is put back.',
    [
      { when: '$fence = null', goTo: 'NotStarted' },
      { when: '$begun = false', goTo: 'Record not started' },
      { when: '$restoreRound = 0', goTo: 'New fence', assign: { whatFailed: jsonata(FAILED) } },
      { when: `$restoreRound > ${RESTORING_ROUNDS}`, goTo: 'Record not restored', assign: firstFailure },
    ],
    'Wait before restoring again',
  );
  run.goOn(
    Wait.jsonata(scope, 'Wait before restoring again', {
      comment:
        'A device that could not be reached in one round may be starting up: each further round waits longer for it.',
      time: WaitTime.seconds(jsonata(`$restoreRound * ${RESTORE_SECONDS}`)),
      assign: firstFailure,
    }),
    'New fence',
  );

  run.work(
    table.holding('New fence', {
      comment: 'Begins a round of restoring: whatever is still under way is refused by the devices from here on.',
      set: { fence: numberValue(fenceAfter('$fence')) },
      assign: {
        restoreRound: jsonata('$restoreRound + 1'),
        fence: jsonata('$number($states.result.Attributes.fence.N)'),
        // What the last round found is no longer true: this one will have looked, or nobody knows.
        report: reportWith("'verification': [], 'remaining': null"),
        remainder: 'what is left could not be determined',
      },
    }),
    'Observe again',
    [
      {
        goTo: 'Record not restored',
        assign: {
          restoreFailure: caught('New fence'),
          failure: jsonata(
            "$failure = null ? {'error': $states.errorOutput.Error, 'cause': $states.errorOutput.Cause, 'state': 'New fence'} : $failure",
          ),
        },
      },
    ],
  );
  observe(run, parts, 'restore', {
    name: 'Observe again',
    steps: {
      bigip: 'Observe BIG-IP again',
      ramp: 'Observe ramp nodes again',
      cluster: 'Observe cluster again',
    },
    next: 'Plan restore',
  });
  const answer = '$states.result.Payload';
  run.work(
    compute(scope, 'Plan restore', parts.handlers.plan, {
      comment: 'What differs from what was before the run?',
      payload: planning('restore'),
      assign: {
        plan: jsonata(answer),
        // What this round may leave half done is known to the next one.
        before: jsonata(`${answer}.records.before`),
        report: {
          // A repair has no forward plan: what it set out to change is its first plan.
          changes: jsonata(
            `$request.repair != null and $restoreRound = 1 ? ${answer}.report.changes : $report.changes`,
          ),
          verification: jsonata(`${answer}.report.verification`),
          remaining: jsonata(`${answer}.report.changes`),
          left: jsonata(`${answer}.report.left`),
          healed: jsonata(`${answer}.report.healed`),
          sentence: jsonata(`${answer}.report.sentence`),
        },
        remainder: jsonata(`${answer}.words.remaining`),
      },
    }),
    'Confirm restored',
    toFailure('restore', 'Plan restore'),
  );
  run.decide(
    'Confirm restored',
    'A restore is confirmed by a fresh look that finds nothing left to put back.',
    [
      { when: "$plan.verdict = 'Restored'", goTo: 'Record restored' },
      { when: `$restoreRound > ${RESTORING_ROUNDS}`, goTo: 'Record not restored' },
    ],
    'Anything to detach again?',
  );

  // No order between devices, and no proof: nothing has to carry meanwhile, and whether what was carried is not the restore's business.
  trafficStage(run, parts, 'restore', 'detach', {
    gate: 'Anything to detach again?',
    name: 'Detach again',
    comment: 'Takes the virtual servers off the tunnel: traffic leaves before anything changes.',
    next: 'Anything to restore?',
  });
  deviceStage(run, parts, 'restore', 'shape', {
    gate: 'Anything to restore?',
    name: 'Restore',
    comment: 'Puts back everything but the virtual servers, on all devices side by side.',
    steps: { bigip: 'Restore BIG-IP', ramp: 'Restore ramp nodes', cluster: 'Restore cluster' },
    judged: 'All restored?',
    next: 'Anything to reattach?',
  });
  trafficStage(run, parts, 'restore', 'attach', {
    gate: 'Anything to reattach?',
    name: 'Reattach virtual servers',
    comment: 'Puts the virtual servers back as they were: traffic arrives last. Reads back, then saves.',
    next: 'New fence',
  });
}

/** Looks at every device that the tunnel touches. */
function observe(
  run: States,
  { scope, handlers }: Parts,
  direction: Direction,
  { name, steps, next }: { readonly name: string; readonly steps: Steps; readonly next: string },
): void {
  run.work(
    sideBySide(scope, name, handlers, 'observe', {
      comment: 'Looks at every device that the tunnel touches.',
      steps,
      assign: { observed: jsonata('$states.result') },
      outputs: {},
    }),
    next,
    toFailure(direction, name),
  );
}

/** What the plan's handler is handed. */
const planning = (phase: Direction) => ({
  contract: CONTRACT,
  execution: jsonata('$execution'),
  phase,
  request: jsonata('$request'),
  observed: jsonata('$observed'),
  records: jsonata('$records'),
  before: jsonata('$before'),
  lookedAgain: jsonata('$lookedAgain'),
});
