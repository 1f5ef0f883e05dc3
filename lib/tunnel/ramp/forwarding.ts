import { sign } from '../device/describe';
import type { ObjectKind } from '../device/kind';
import { eachNamed } from '../device/observation';
import type { Look } from '../device/look';
import { NotUnderstood } from '../errors/errors';
import type { RampFacts } from './facts';
import { UNTIL_SUCCESSOR } from './tunnel';

/**
 * Forwarding of what comes out of the tunnel device, where it differs from `net.ipv4.ip_forward`, which each new device gets by itself (OVN-9): `on`
 * on a node of OVN-Kubernetes, which forwards on its own devices alone (OVN-3); `off` where somebody has switched it off. Without it no packet leaves
 * the tunnel device for a Pod. Whoever writes ip_forward overwrites it.
 */
export const forwarding: ObjectKind<RampFacts> = {
  kind: 'forwarding',
  questions: (subject) => ['forwarding', ...eachNamed('forwarding', subject, ({ tunnel }) => tunnel.interface)],
  read: (look, asked, state) =>
    asked.flatMap((object) => {
      const [, name] = object.split(' ');
      if (name === undefined || state[`tunnel ${name}`] === undefined) return [];
      const own = forwards(look, object);
      return own === forwardsEverywhere(look) ? [] : [{ object, value: own ? 'on' : 'off' }];
    }),
  desired: ({ spec }, { facts }) => (facts.forwarding ? {} : { [`forwarding ${spec.tunnel.interface}`]: 'on' }),
  needs: (object) => [`tunnel ${object.split(' ')[1]}`],
  cuts: ({ verb, from }) => (verb === 'delete' && from === 'on' ? UNTIL_SUCCESSOR : undefined),
  say: (operation) =>
    `${sign(operation)} ${operation.object.split(' ')[1]}: forwarding ${operation.to ?? 'as net.ipv4.ip_forward has it'}`,
  remarks: ({ name, spec, applied }, { state, facts }, operations) =>
    applied !== null &&
    !facts.forwarding &&
    state[`tunnel ${spec.tunnel.interface}`] !== undefined &&
    operations.some(({ verb, object }) => verb === 'create' && object.startsWith('forwarding '))
      ? [
          `ramp node ${name}: ${spec.tunnel.interface} was applied and does not forward: net.ipv4.ip_forward was set to 0 since, which sets it to 0 on every device`,
        ]
      : [],
};

/** Whether `net.ipv4.ip_forward` is 1. */
export function forwardsEverywhere(look: Look): boolean {
  return look.answer('forwarding').lines[0] === '1';
}

/** @throws NotUnderstood */
function forwards(look: Look, question: string): boolean {
  const [bit = ''] = look.lines(question, `tell of ${question}`);
  if (bit !== '0' && bit !== '1')
    throw new NotUnderstood(
      'answer-unknown',
      `${look.device}: ${question} is neither 0 nor 1: ${look.answer(question).printed}`,
    );
  return bit === '1';
}
