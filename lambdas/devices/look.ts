import { readRemark } from '../../lib/tunnel/device/answer';
import { deviceTitle, kindOf, KINDS, type Listed } from '../../lib/tunnel/plan/devices';
import { DeviceRefused, NotDelivered } from '../../lib/tunnel/errors/errors';
import type { Observed } from '../../lib/tunnel/plan/plan';

/** Asks a device questions, joined by `|`, by its observe document. @returns what the script printed @throws as RunCommand does */
export type Ask = (device: Listed, questions: string) => Promise<string>;

/**
 * Looks at devices of one kind side by side, and reads their answers. Changes nothing.
 * @returns an observation of each, in their order
 * @throws the first failure, when every device has answered
 */
export async function look(devices: readonly Listed[], ask: Ask): Promise<readonly Observed[]> {
  const settled = await Promise.allSettled(devices.map((device) => lookAt(device, ask)));
  const answered = settled.some(({ status }) => status === 'fulfilled');
  return settled.map((outcome, i) => {
    if (outcome.status === 'fulfilled') return outcome.value;
    if (answered) return unreached(devices[i]!, outcome.reason);
    throw outcome.reason;
  });
}

async function lookAt(listed: Listed, ask: Ask): Promise<Observed> {
  const device = kindOf(listed);
  const answer = await ask(listed, device.questions(listed).join('|'));
  const observation = device.read(answer, listed);
  const remark = readRemark(deviceTitle(listed), answer);
  return { kind: listed.kind, name: listed.name, observation, ...(remark === undefined ? {} : { remark }) };
}

/**
 * While another device of the kind answers, one that did not fetch its command, or that its bastion does not reach, does not fail the step: the plan
 * decides what that means.
 */
function unreached({ kind, name }: Listed, failure: unknown): Observed {
  const away =
    failure instanceof NotDelivered || (failure instanceof DeviceRefused && failure.code === 'device-unreachable');
  if (!away || !KINDS[kind].record.several) throw failure;
  return { kind, name, unreachable: failure.message };
}
