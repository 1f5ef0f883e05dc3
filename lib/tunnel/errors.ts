import { ERRORS } from './outcome';
import { printable } from './printable';

/**
 * The errors that edge-ramp raises itself. `name` is what a state's Retry and Catch see. The message may quote what a device said, and ends up in
 * a cause, a notice and on a terminal: it has no control character but line breaks.
 */
abstract class EdgeRampError extends Error {
  abstract override readonly name: string;

  constructor(message: string) {
    super(message.split('\n').map(printable).join('\n'));
  }
}

/** The request or a declaration breaks a rule. The message lists the mistakes, each with its path, value and rule. */
export class InvalidRequest extends EdgeRampError {
  override readonly name = ERRORS.InvalidRequest;
}

/** edge-ramp will not make this change: the object is another's, could not be put back, or needs a permission that the request lacks. */
export class Refused extends EdgeRampError {
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
export class NotUnderstood extends EdgeRampError {
  override readonly name = ERRORS.NotUnderstood;
}

/** A probe through the tunnel got no answer, or what proves the path is missing. */
export class NotVerified extends EdgeRampError {
  override readonly name = ERRORS.NotVerified;
}

/** A device answered no: the message holds device, command and answer. Never retried blindly. */
export class DeviceRefused extends EdgeRampError {
  override readonly name = ERRORS.DeviceRefused;
}

/** The command was never started on the device (delivery time-out), or it only looks and gave no answer: safe to send again. */
export class NotDelivered extends EdgeRampError {
  override readonly name = ERRORS.NotDelivered;
}

/** The command may or may not have taken effect (execution time-out, lost result): only observing again can tell. */
export class OutcomeUnknown extends EdgeRampError {
  override readonly name = ERRORS.OutcomeUnknown;
}

/** AWS asked to slow down before anything was sent, or the device was busy with another of our commands: safe to retry. */
export class Throttled extends EdgeRampError {
  override readonly name = ERRORS.Throttled;
}

/** The run began with handlers of another deployment; what they hand over is not compatible. */
export class ContractMismatch extends EdgeRampError {
  override readonly name = ERRORS.ContractMismatch;
}
