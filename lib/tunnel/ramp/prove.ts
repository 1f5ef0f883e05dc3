import type { Probe, Subject } from '../device';
import { NotVerified } from '../errors';
import { bigipUnit, isPair, rampNode, tunnelAddress } from '../tunnel';
import { readNodeAnswers, type NodeAnswer } from '../node-answer';
import { inputQuestion, readInput } from './input';
import { readPing } from './read';
import { readTrace, readVip, traceQuestion, vipQuestion } from './vip';

/**
 * What proves the node's side. `heard` waits, bounded, for the first packet out of the tunnel: so BIG-IP pings first, and no ping of the node's
 * own opens the firewall. A pair waits, bounded, until one of the two has the virtual IP; the other is proven by its configuration.
 */
export function proofs({ spec, name }: Subject): readonly string[] {
  return [
    inputQuestion(spec, rampNode(name, spec)),
    ...(isPair(spec) ? [`await ${spec.ramp.vip}`, vipQuestion(spec, name), traceQuestion(spec)] : []),
    `heard ${spec.tunnel.interface}`,
    `ping ${tunnelAddress(spec)}`,
  ];
}

/** @throws NotUnderstood, NotVerified */
export function prove(text: string, subject: Subject): readonly Probe[] {
  const { spec, name } = subject;
  const device = `ramp node ${name}`;
  const answers = readNodeAnswers(device, text, proofs(subject));
  const answer = (question: string): NodeAnswer => answers.get(question)!;
  if (readInput(device, answer(inputQuestion(spec, rampNode(name, spec)))) !== 'ahead')
    throw new NotVerified(
      'input-rule-behind',
      `${device}: the INPUT rule for protocol 4 from ${bigipUnit(spec).address} is not ahead of every REJECT and DROP that meets them; packets would pass only while conntrack remembers the tunnel`,
    );
  const heard = answer(`heard ${spec.tunnel.interface}`).code === 0;
  const first = {
    from: device,
    to: spec.tunnel.interface,
    what: 'INPUT rule, judged by its presence ahead of any REJECT',
    ok: true,
    detail: heard ? "BIG-IP's packets came out of the tunnel first" : 'no packet of BIG-IP was seen before the ping',
  };
  if (!isPair(spec)) return [first, pinged(device, subject, answer)];

  const vip = readVip(device, spec, answer(vipQuestion(spec, name)));
  const trace = readTrace(device, spec, answer(traceQuestion(spec)));
  const dead = [vip, ...trace].find(({ ok }) => !ok);
  if (dead) throw new NotVerified('path-broken', `${dead.from}: ${dead.what} (${dead.to}): ${dead.detail}`);
  return vip.holds === true
    ? [vip, first, ...trace, pinged(device, subject, answer)]
    : [vip, { ...first, detail: 'the virtual IP is at the other node: no packet of BIG-IP comes here' }, ...trace];
}

function pinged(device: string, { spec }: Subject, answer: (question: string) => NodeAnswer): Probe {
  const probe = readPing(device, tunnelAddress(spec), answer(`ping ${tunnelAddress(spec)}`));
  if (!probe?.ok)
    throw new NotVerified(
      'ping-failed',
      `${device}: ping through the tunnel to ${tunnelAddress(spec)} failed: ${probe?.detail ?? 'not asked'}`,
    );
  return probe;
}
