import { Duration } from 'aws-cdk-lib';
import { TICK } from '../tunnel/run/automation';

/**
 * Every time-out of a run. Each one is longer than the one inside it, so that the innermost speaks first: it knows
 * most about what happened.
 *
 *   delivery + execution  <  poll deadline  <  handler  <  task  <  machine
 *
 * A delivery time-out means "it never ran" and is retried; all the others mean "nobody knows", and the run looks again.
 */

/** How long Run Command may wait until the agent takes a command. Commands to one node queue behind others for a minute and more. */
export const DELIVERY = Duration.seconds(120);

/** How long a script may run that only looks. */
export const OBSERVE_EXECUTION = Duration.seconds(60);

/** How long a script may run that changes a device. */
export const APPLY_EXECUTION = Duration.seconds(120);

/**
 * How long a script may run that takes another one to a node by oc (documents/node-by-oc.sh): 30 s for its lock, 90 s in which the debug Pod starts
 * and the node's own script ends, and 8 s for each of seven other calls of oc.
 */
export const BY_OC_EXECUTION = Duration.seconds(180);

/** When a handler gives up asking for a command's outcome: after Run Command must have ended it. */
export const POLL_DEADLINE = Duration.seconds(270);

/** The same for what goes to a node by oc. */
export const POLL_DEADLINE_BY_OC = Duration.seconds(330);

/** The Lambda time-out of a handler that sends commands: three rounds (a pair of BIG-IPs goes round after round), each until its poll deadline. */
export const SENDING_HANDLER = Duration.seconds(840);

/** The state's time-out of a step that sends commands. It ends the state, not the Lambda. */
export const SENDING_TASK = Duration.seconds(870);

/** The Lambda time-out of a handler that sends nothing. */
export const COMPUTING_HANDLER = Duration.seconds(30);

/** The state's time-out of a step that sends nothing. */
export const COMPUTING_TASK = Duration.seconds(45);

/** The state's time-out of one DynamoDB or Step Functions call. Without it there is none. */
export const SERVICE_CALL = Duration.seconds(15);

/**
 * The whole run. It must outlive the longest way through: 20 steps that send (7 forward, 4 in each of 3 restoring
 * rounds, 1 last look), each of which may be refused delivery twice before it runs into its own time-out. A shorter
 * time-out would cut off a restore that is slow but sound, and leave it to a repair.
 */
export const MACHINE = Duration.hours(9);

/*
 * The watch's own, shorter ones: a look that takes long is given up, and the next tick looks again.
 *
 *   delivery + execution  <  poll deadline  <  function  <  tick
 */

/** How long the watch's commands may wait until the agent takes them: the least that Run Command allows. */
export const WATCH_DELIVERY = Duration.seconds(30);

/** When the watch gives up asking for a command's outcome. */
export const WATCH_POLL_DEADLINE = Duration.seconds(100);

/** The same for what goes to a node by oc. */
export const WATCH_POLL_DEADLINE_BY_OC = Duration.seconds(220);

/** The Lambda time-out of the watch, for all tunnels of a tick. */
export const WATCH_HANDLER = Duration.seconds(285);

/** How often the schedule ticks. */
export const WATCH_TICK = Duration.minutes(TICK);

/** How long an event may wait for a function that is throttled or fails, until it becomes a dead letter. The watch does what an older one asks for. */
export const EVENT_AGE = Duration.hours(1);
