import { readRemark } from '../../lib/tunnel/device/answer';
import { deviceTitle, kindOf, KINDS, type Listed } from '../../lib/tunnel/plan/devices';
import { NotDelivered } from '../../lib/tunnel/errors/errors';
import type { Observed } from '../../lib/tunnel/plan/plan';

/** Puts questions to a device, joined by `|`, by its observe document; gives what the script printed. @throws as RunCommand does */
export type Ask = (device: Listed, questions: string) => Promise<string>;

/**
 * Looks at devices of one kind side by side, and understands what they say. Changes nothing.
 * @returns what each is, in their order
 * @throws the first failure, when every device has answered
 */
export async function look(devices: readonly Listed[], ask: Ask): Promise<readonly Observed[]> {
  const settled = await Promise.allSettled(devices.map((device) => lookAt(device, ask)));
  const answered = settled.some(({ status }) => status === 'fulfilled');
  return settled.map((outcome, i) => {
    if (outcome.status === 'fulfilled') return outcome.value;
    if (answered) return withoutTheUnreachable(devices[i]!, outcome.reason);
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
 * A node of a pair, or one that left the declaration, that did not fetch its command is told of and fails nobody, while another one answers:
 * what its silence means is decided with the plan.
 */
function withoutTheUnreachable({ kind, name }: Listed, failure: unknown): Observed {
  if (!KINDS[kind].record.several || !(failure instanceof NotDelivered)) throw failure;
  return { kind, name, unreachable: failure.message };
}
