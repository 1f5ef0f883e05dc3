import { printable } from './printable';

/** The codes of each error, for logs and programs; docs/RUNBOOK.md says under "Codes" what to do. A message is for people only. */
// prettier-ignore
export const CODES = {
  InvalidRequest: [
    'request-invalid', 'tunnel-undeclared', 'declaration-invalid', 'declaration-unreadable', 'declaration-too-large', 'template-too-large',
    'policy-too-large', 'stack-name-invalid', 'faults-invalid',
  ],
  Refused: [
    'plan-changed', 'would-interrupt', 'plan-too-large', 'kind-changed', 'forget-unknown', 'forget-declared', 'unreachable-forgettable',
    'unreachable-alone', 'unreachable-renamed', 'unfinished-renamed', 'unfinished-undeclared', 'not-restorable', 'not-sendable', 'object-foreign',
    'object-twin', 'object-in-use', 'route-foreign', 'virtual-server-missing', 'device-group', 'pair-device-group', 'pair-roles',
    'pair-half-known', 'pair-disconnected', 'pair-versions', 'pair-addresses', 'pair-traffic-groups', 'pair-secondary-address', 'pair-differs',
    'sync-pending', 'sync-conflict', 'sync-failed', 'sdn-absent', 'sdn-unknown', 'sdn-unsupported',
    'sdn-flow-missing', 'pipeline-unknown', 'cluster-networks-differ', 'flows-foreign', 'forwarding-off', 'address-exhausted', 'two-plugins',
    'ovn-dpu', 'ovn-ipv6-only', 'ovn-down', 'flows-on-ovn', 'ramp-pair-on-ovn', 'iptables-refused', 'interface-differs',
    'node-missing', 'node-cordoned', 'ipfailover-missing', 'ipfailover-too-old', 'cordon-missing', 'virtual-ip-taken', 'vrrp-id-taken', 'reach-changed',
  ],
  NotUnderstood: [
    'answer-incomplete', 'answer-unknown', 'answer-too-large', 'look-refused', 'not-observed', 'device-unlisted', 'device-group-unknown',
    'pair-unknown', 'unreachable-changed', 'unfinished-renamed', 'unfinished-undeclared', 'record-unreadable',
  ],
  NotVerified: ['ping-failed', 'path-broken', 'input-rule-behind', 'virtual-ip-twice', 'not-one-active', 'standby-differs'],
  DeviceRefused: [
    'command-refused', 'object-changed', 'fence-stale', 'device-unreachable', 'host-unfit', 'script-failed', 'not-handed-over', 'service-refused',
    'cluster-refused', 'node-unknown',
  ],
  NotDelivered: [
    'not-connected', 'not-fetched', 'not-answered', 'debug-pod-refused', 'debug-pod-pending', 'debug-image-missing', 'debug-cut',
  ],
  OutcomeUnknown: [
    'execution-timed-out', 'deadline-passed', 'device-silent', 'service-silent', 'command-lost', 'exit-code-missing', 'debug-pod-refused',
    'debug-pod-pending', 'debug-image-missing', 'debug-cut',
  ],
  Throttled: ['service-throttled', 'device-busy', 'watch-out-of-time'],
  ContractMismatch: ['contract-mismatch'],
} as const;

export type CodeOf<Name extends keyof typeof CODES> = (typeof CODES)[Name][number];

/**
 * edge-ramp's own errors. A state's Retry and Catch match `name`; `code` says what happened. The message may quote a device, and reaches a cause, a
 * notice and a terminal: it has no control characters but line breaks.
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
  override readonly name = 'InvalidRequest';
}

/** edge-ramp will not make this change: the object is another's, could not be put back, or needs a permission that the request lacks. */
export class Refused extends EdgeRampError<'Refused'> {
  override readonly name: string = 'Refused';
}

/** The fresh plan is not the agreed one (`expect`). */
export class PlanChanged extends Refused {
  override readonly name = 'PlanChanged';
}

/** The plan would cut live traffic, and the request does not allow that (`allowInterruption`). */
export class WouldInterrupt extends Refused {
  override readonly name = 'WouldInterrupt';
}

/** A device's answer is incomplete or unknown. Nothing follows from it. */
export class NotUnderstood extends EdgeRampError<'NotUnderstood'> {
  override readonly name = 'NotUnderstood';
}

/** A probe through the tunnel failed, or evidence for the path is missing. */
export class NotVerified extends EdgeRampError<'NotVerified'> {
  override readonly name = 'NotVerified';
}

/** A device refused a command: the message has device, command and answer. Never retried blindly. */
export class DeviceRefused extends EdgeRampError<'DeviceRefused'> {
  override readonly name = 'DeviceRefused';
}

/** The command never started on the device (delivery time-out), or it only looks and gave no answer: safe to send again. */
export class NotDelivered extends EdgeRampError<'NotDelivered'> {
  override readonly name = 'NotDelivered';
}

/** The command may or may not have taken effect (execution time-out, lost result): only observing again can tell. */
export class OutcomeUnknown extends EdgeRampError<'OutcomeUnknown'> {
  override readonly name = 'OutcomeUnknown';
}

/** AWS asked to slow down before anything was sent, or the device was busy with another of our commands: safe to retry. */
export class Throttled extends EdgeRampError<'Throttled'> {
  override readonly name = 'Throttled';
}

/** The run began with the functions of another deployment, whose payloads are not compatible. */
export class ContractMismatch extends EdgeRampError<'ContractMismatch'> {
  override readonly name = 'ContractMismatch';
}
