import { printable } from './printable';

/** The names of the errors that handlers throw; the state machine's Catch and Retry match them. */
export const ERRORS = {
  InvalidRequest: 'InvalidRequest',
  Refused: 'Refused',
  PlanChanged: 'PlanChanged',
  WouldInterrupt: 'WouldInterrupt',
  NotUnderstood: 'NotUnderstood',
  NotVerified: 'NotVerified',
  DeviceRefused: 'DeviceRefused',
  NotDelivered: 'NotDelivered',
  OutcomeUnknown: 'OutcomeUnknown',
  Throttled: 'Throttled',
  ContractMismatch: 'ContractMismatch',
} as const;

/** What each error can say happened, for logs and programs; docs/RUNBOOK.md says under "Codes" what to do. A message is for people only. */
// prettier-ignore
export const CODES = {
  InvalidRequest: [
    'request-invalid', 'tunnel-undeclared', 'declaration-invalid', 'declaration-unreadable', 'declaration-too-large', 'template-too-large',
    'policy-too-large', 'stack-name-invalid', 'faults-invalid',
  ],
  Refused: [
    'plan-changed', 'would-interrupt', 'plan-too-large', 'kind-changed', 'forget-unknown', 'forget-declared', 'unreachable-forgettable',
    'unreachable-alone', 'unreachable-renamed', 'unfinished-renamed', 'unfinished-undeclared', 'not-restorable', 'not-sendable', 'object-foreign',
    'object-twin', 'object-in-use', 'route-foreign', 'virtual-server-missing', 'device-group', 'sdn-absent', 'sdn-unknown', 'sdn-unsupported',
    'sdn-flow-missing', 'pipeline-unknown', 'cluster-networks-differ', 'flows-foreign', 'forwarding-off', 'address-exhausted', 'node-missing',
    'node-cordoned', 'ipfailover-missing', 'ipfailover-too-old', 'cordon-missing', 'virtual-ip-taken', 'vrrp-id-taken',
  ],
  NotUnderstood: [
    'answer-incomplete', 'answer-unknown', 'answer-too-large', 'look-refused', 'not-observed', 'device-unlisted', 'device-group-unknown',
    'unreachable-changed', 'unfinished-renamed', 'unfinished-undeclared', 'record-unreadable',
  ],
  NotVerified: ['ping-failed', 'path-broken', 'input-rule-behind', 'virtual-ip-twice'],
  DeviceRefused: [
    'command-refused', 'object-changed', 'fence-stale', 'device-unreachable', 'host-unfit', 'script-failed', 'not-handed-over', 'service-refused',
  ],
  NotDelivered: ['not-connected', 'not-fetched', 'not-answered'],
  OutcomeUnknown: ['execution-timed-out', 'deadline-passed', 'device-silent', 'service-silent', 'command-lost', 'exit-code-missing'],
  Throttled: ['service-throttled', 'device-busy', 'watch-out-of-time'],
  ContractMismatch: ['contract-mismatch'],
} as const satisfies Partial<Record<keyof typeof ERRORS, readonly string[]>>;

export type CodeOf<Name extends keyof typeof CODES> = (typeof CODES)[Name][number];

/**
 * The errors that edge-ramp raises itself. `name` is what a state's Retry and Catch see, `code` what happened. The message may quote what a device said, and ends up in
 * a cause, a notice and on a terminal: it has no control character but line breaks.
 */
abstract class EdgeRampError<Name extends keyof typeof CODES> extends Error {
  abstract override readonly name: string;

  constructor(
    readonly code: CodeOf<Name>,
    message: string,
  ) {
    super(message.split('\n').map(printable).join('\n'));
  }
}

/** The request or a declaration breaks a rule. The message lists the mistakes, each with its path, value and rule. */
export class InvalidRequest extends EdgeRampError<'InvalidRequest'> {
  override readonly name = ERRORS.InvalidRequest;
}

/** edge-ramp will not make this change: the object is another's, could not be put back, or needs a permission that the request lacks. */
export class Refused extends EdgeRampError<'Refused'> {
  override readonly name: string = ERRORS.Refused;
}

/** The fresh plan is not the one that was agreed to (`expect`). */
export class PlanChanged extends Refused {
  override readonly name = ERRORS.PlanChanged;
}

/** The plan would cut live traffic, and nobody has allowed that (`allowInterruption`). */
export class WouldInterrupt extends Refused {
  override readonly name = ERRORS.WouldInterrupt;
}

/** A device's answer is incomplete or foreign. Nothing is concluded from it. */
export class NotUnderstood extends EdgeRampError<'NotUnderstood'> {
  override readonly name = ERRORS.NotUnderstood;
}

/** A probe through the tunnel got no answer, or what proves the path is missing. */
export class NotVerified extends EdgeRampError<'NotVerified'> {
  override readonly name = ERRORS.NotVerified;
}

/** A device answered no: the message holds device, command and answer. Never retried blindly. */
export class DeviceRefused extends EdgeRampError<'DeviceRefused'> {
  override readonly name = ERRORS.DeviceRefused;
}

/** The command was never started on the device (delivery time-out), or it only looks and gave no answer: safe to send again. */
export class NotDelivered extends EdgeRampError<'NotDelivered'> {
  override readonly name = ERRORS.NotDelivered;
}

/** The command may or may not have taken effect (execution time-out, lost result): only observing again can tell. */
export class OutcomeUnknown extends EdgeRampError<'OutcomeUnknown'> {
  override readonly name = ERRORS.OutcomeUnknown;
}

/** AWS asked to slow down before anything was sent, or the device was busy with another of our commands: safe to retry. */
export class Throttled extends EdgeRampError<'Throttled'> {
  override readonly name = ERRORS.Throttled;
}

/** The run began with handlers of another deployment; what they hand over is not compatible. */
export class ContractMismatch extends EdgeRampError<'ContractMismatch'> {
  override readonly name = ERRORS.ContractMismatch;
}
