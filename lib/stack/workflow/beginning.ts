import { Pass, Wait, WaitTime } from 'aws-cdk-lib/aws-stepfunctions';
import { CONTRACT } from '../../tunnel/run/outcome';
import { caught, jsonata } from './expressions';
import type { Parts } from './parts';
import { isConnected } from './is-connected';
import type { States } from './states';
import { compute, send } from './steps';
import { type TableWrites, textValue } from './table-writes';
import { VARIABLES } from './variables';

/** How often in a row a run tries for the lease, or the pair, before it gives way. */
const RACES = 5;

/** Between two looks whether the pair is free, in seconds. How often: `MOST_WAITS`. */
const PAIR_SECONDS = 15;

/** A node is `running` long before its agent is there: minutes, on a big machine. Between two questions, in seconds. */
const AGENT_SECONDS = 15;

/** Adds the states from the request to the lease; or to a pause, which needs none. */
export function begin(run: States, parts: Parts, table: TableWrites): void {
  request(run, parts);
  pair(run, table);
  lease(run, table);
  pause(run, parts, table);
}

/** What is asked for, and may it be now? */
function request(run: States, { scope, handlers }: Parts): void {
  run.goOn(Pass.jsonata(scope, 'Begin', { comment: 'Sets every variable.', assign: VARIABLES }), 'Read request');

  const answer = (field: string): string => jsonata(`$states.result.Payload.${field}`);
  run.work(
    compute(scope, 'Read request', handlers.readRequest, {
      comment: "Checks the request; reads the tunnel's declaration, and its lease, records and pair in the table.",
      payload: {
        contract: CONTRACT,
        execution: jsonata('$execution'),
        input: jsonata('$input'),
        waited: jsonata('$waited'),
      },
      assign: {
        attempt: jsonata('$attempt + 1'),
        ...Object.fromEntries(
          [
            'request',
            'records',
            'lease',
            'heldBack',
            'busy',
            'wait',
            'pair',
            'bookkeeping',
            'notified',
            'page',
            'about',
            'seen',
          ].map((field) => [field, answer(field)]),
        ),
      },
    }),
    'Is the tunnel free?',
    [
      { errors: ['InvalidRequest'], goTo: 'InvalidRequest', assign: { failure: caught('Read request') } },
      { goTo: 'NotStarted', assign: { failure: caught('Read request') } },
    ],
  );

  run.decide(
    'Is the tunnel free?',
    'Who only looks, pauses or resumes needs no lease. Who was started by an event gives way to a person, a pause and another run.',
    [
      { when: "$request.action = 'pause'", goTo: 'Record pause' },
      { when: "$request.action = 'resume'", goTo: 'Record resume' },
      { when: "$request.action in ['plan', 'verify']", goTo: 'Observe' },
      { when: '$heldBack != null', goTo: 'Skipped' },
      { when: '$request.awaits != null and $not($connected)', goTo: 'Is the instance connected?' },
      { when: '$busy != null', goTo: 'TunnelBusy' },
      {
        when: `$attempt > ${RACES}`,
        goTo: 'TunnelBusy',
        assign: { busy: `other runs won ${RACES} races for the lease` },
      },
      { when: '$wait', goTo: 'Wait for the pair' },
      { when: '$pair != null', goTo: 'Take pair' },
    ],
    'Take lease',
  );

  // An instance that an event is about may still be booting. No lease is held meanwhile: a person's run is not kept waiting.
  run.work(
    isConnected(scope, 'Is the instance connected?'),
    'Go on?',
    // A question that fails is no reason to stop: the run itself reports what it cannot reach.
    [{ goTo: 'Read request', assign: { connected: true } }],
  );
  run.decide(
    'Go on?',
    'When the instance is connected, or patience is at its end. The item may have changed meanwhile.',
    [{ when: '$connected', goTo: 'Read request' }],
    'Wait for the agent',
  );
  run.goOn(
    Wait.jsonata(scope, 'Wait for the agent', {
      comment: 'The instance is still booting.',
      time: WaitTime.seconds(jsonata(String(AGENT_SECONDS))),
    }),
    'Is the instance connected?',
  );
}

/** A run that changes a pair of BIG-IPs takes it before the lease: while it waits, it holds nothing that another run wants. */
function pair(run: States, table: TableWrites): void {
  run.goOn(
    Wait.jsonata(run.scope, 'Wait for the pair', {
      comment: "Another tunnel's run works on the pair of BIG-IPs, or died there and is repaired first.",
      time: WaitTime.seconds(jsonata(String(PAIR_SECONDS))),
      assign: { waited: jsonata('$waited + 1'), attempt: 0 },
    }),
    'Read request',
  );
  run.work(
    // Nothing gives the pair back: a run that has ended holds nothing, whatever its end.
    table.takePair(
      'Take pair',
      'Becomes the holder of the pair of BIG-IPs, if nobody took it since its item was read.',
      {
        attempt: 0,
      },
    ),
    // The tunnel's item may have changed meanwhile. A tunnel that moves between pairs takes each of them.
    'Read request',
    [{ errors: ['DynamoDB.ConditionalCheckFailedException'], goTo: 'Lost a race' }, notStarted('Take pair')],
  );
}

function lease(run: States, table: TableWrites): void {
  run.work(
    table.takeLease('Take lease', 'Becomes the owner, if nobody wrote since the item was read.'),
    'Is this a repair?',
    [{ errors: ['DynamoDB.ConditionalCheckFailedException'], goTo: 'Lost a race' }, notStarted('Take lease')],
  );
  run.goOn(
    Wait.jsonata(run.scope, 'Lost a race', {
      comment: 'Another run wrote in between. Waits a little longer each time, and reads again.',
      time: WaitTime.seconds(jsonata('$attempt * 2')),
    }),
    'Read request',
  );
  run.decide(
    'Is this a repair?',
    'A repair puts back what a run that died had begun, if that run left a record of how it was.',
    [
      {
        when: '$request.repair != null and $records.before != null',
        goTo: 'New fence',
        assign: { begun: true, before: jsonata('$records.before') },
      },
      { when: '$request.repair != null', goTo: 'Record nothing to restore' },
    ],
    'Observe',
  );
}

function pause(run: States, parts: Parts, table: TableWrites): void {
  // Only nodes of a tunnel that stands, or that a run works on, have a keeper. A run that begins later knows of the pause by its lease.
  const KEPT = "$states.result.Attributes.($exists(owner) or $exists(before) or wanted.S = 'applied')";
  const END = 'How does the run end?';
  run.work(
    table.pausing('Record pause', {
      comment: 'From here on automation leaves the tunnel alone.',
      set: {
        paused: textValue(
          "$string({'until': $request.until, 'reason': $request.reason, 'at': $now(), 'by': $execution})",
        ),
      },
      assign: { ending: 'Paused', kept: jsonata(KEPT) },
    }),
    END,
    [notStarted('Record pause')],
  );
  run.work(
    table.pausing('Record resume', {
      comment: 'From here on automation looks after the tunnel again.',
      remove: ['paused'],
      assign: { ending: 'Resumed', kept: jsonata(KEPT) },
    }),
    END,
    [notStarted('Record resume')],
  );
  run.work(
    send(run.scope, 'Tell keepers', parts.handlers.of('ramp'), 'tell', {
      comment: 'Tells each ramp node whether its keeper rests.',
      assign: { kept: false, untold: jsonata('$states.result.Payload.untold') },
    }),
    END,
    [{ goTo: END, assign: { kept: false, failure: caught('Tell keepers') } }],
  );
}

const notStarted = (state: string) => ({ goTo: 'NotStarted', assign: { failure: caught(state) } });
