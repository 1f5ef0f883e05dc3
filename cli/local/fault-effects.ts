import type { Fault, LineFault, SendFault } from '../../lab/hosts/host';

/** On a command line that runs on a host; the last three are for `oc debug node/NAME`. `host-gone` has a time of its own. */
export const LINE_EFFECTS = [
  'fail-before',
  'fail-after',
  'hang',
  'pending',
  'no-image',
  'cut',
] as const satisfies LineFault['effect'][];

/** On a command that is sent to an instance. `late-delivery` has a time of its own. */
export const SEND_EFFECTS = [
  'throttle',
  'lose-answer',
  'throttle-result',
  'lose-result',
  'undeliverable',
  'end-sender',
] as const satisfies SendFault['effect'][];

/** Whether a fault strikes where commands are sent, not where they run. The lab says the same; a command that needs no lab does not load it. */
export function isSendFault({ effect }: Fault): boolean {
  return effect === 'late-delivery' || SEND_EFFECTS.some((each) => each === effect);
}
