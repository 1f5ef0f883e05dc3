import { pingProbe } from '../device/answer';
import type { Reading } from '../device/device';
import type { Look } from '../device/look';
import type { Probe } from '../device/observation';
import { NotVerified } from '../errors/errors';
import { bigipAddress, isRampPair, tunnelAddress, type Tunnel } from '../declaration/tunnel';
import { acceptsWithout, inputChecks, inputQuestion, refusedInput } from './firewall';
import { readInput } from './input';
import { PROTOCOL } from './tunnel';
import { readTrace, readVip, traceQuestion, vipQuestion } from './vip';

/** The probes that observing sends. Before the ping: from a standby nothing can be sent, and no error says so (LX-9). */
export const probes: Reading<Tunnel, readonly Probe[]> = {
  questions: ({ spec, name }) => [
    ...(isRampPair(spec) ? [vipQuestion(spec, name), traceQuestion(spec)] : []),
    `ping ${tunnelAddress(spec)}`,
    ...podQuestions(spec),
  ],
  read(look, state) {
    const { spec } = look.subject;
    const standsAsPair = isRampPair(spec) && state[`tunnel ${spec.tunnel.interface}`] !== undefined;
    const pings = [ping(look), podPing(look)].flatMap((probe) => probe ?? []);
    return [...(standsAsPair ? ofPair(look) : []), ...pings];
  },
};

/**
 * What proves the node's side. `heard` waits, bounded, for the first packet out of the tunnel: so BIG-IP pings first, and no ping of the node's
 * own opens the firewall. A pair waits, bounded, until one of the two has the virtual IP; the other is proven by its configuration. `after` comes
 * first: what is sent together with a change waits for its end.
 */
export const proofs: Reading<Tunnel, readonly Probe[]> = {
  questions: (subject) => {
    const { spec, name, along } = subject;
    return [
      ...(along === undefined ? [] : [`after ${along}`]),
      inputQuestion(subject),
      ...inputChecks(spec),
      ...(isRampPair(spec) ? [`await ${spec.ramp.vip}`, vipQuestion(spec, name), traceQuestion(spec)] : []),
      `heard ${spec.tunnel.interface}`,
      `ping ${tunnelAddress(spec)}`,
      ...podQuestions(spec),
    ];
  },
  read(look) {
    const { device, subject } = look;
    const { spec } = subject;
    const isWithout = refusedInput(look) !== undefined && acceptsWithout(look);
    if (!isWithout && readInput(look, inputQuestion(subject)) !== 'ahead')
      throw new NotVerified(
        'input-rule-behind',
        `${device}: the INPUT rule for protocol ${PROTOCOL} from ${bigipAddress(spec)} is not ahead of every REJECT and DROP that meets them; packets would pass only while conntrack remembers the tunnel`,
      );
    const heard = look.answer(`heard ${spec.tunnel.interface}`).code === 0;
    const first = {
      from: device,
      to: spec.tunnel.interface,
      what: isWithout
        ? 'INPUT without a rule of ours, which lets the tunnel in'
        : 'INPUT rule, judged by its presence ahead of any REJECT',
      ok: true,
      detail: heard ? "BIG-IP's packets came out of the tunnel first" : 'no packet of BIG-IP was seen before the ping',
    };
    if (!isRampPair(spec)) return [first, pinged(look), ...podPinged(look)];

    const [vip, ...trace] = ofPair(look) as [Probe, ...Probe[]];
    const dead = [vip, ...trace].find(({ ok }) => !ok);
    if (dead) throw new NotVerified('path-broken', `${dead.from}: ${dead.what} (${dead.to}): ${dead.detail}`);
    return vip.holds === true
      ? [vip, first, ...trace, pinged(look)]
      : [vip, { ...first, detail: 'the virtual IP is at the other node: no packet of BIG-IP comes here' }, ...trace];
  },
};

/** Where the virtual IP is, and what br0 would do. @throws NotUnderstood */
function ofPair(look: Look): readonly Probe[] {
  const { device } = look;
  const { spec, name } = look.subject;
  return [
    readVip(device, spec, look.answer(vipQuestion(spec, name))),
    ...readTrace(device, spec, look.answer(traceQuestion(spec))),
  ];
}

/** The ping of BIG-IP through the tunnel; undefined when it was not asked, for lack of a tunnel or of the virtual IP. */
function ping(look: Look): Probe | undefined {
  const to = tunnelAddress(look.subject.spec);
  return pingProbe(look.device, to, 'ping through the tunnel', look.answer(`ping ${to}`));
}

/** @throws NotVerified */
function pinged(look: Look): Probe {
  const probe = ping(look);
  if (!probe?.ok)
    throw new NotVerified(
      'ping-failed',
      `${look.device}: ping through the tunnel to ${tunnelAddress(look.subject.spec)} failed: ${probe?.detail ?? 'not asked'}`,
    );
  return probe;
}

/** A Pod is pinged by the node itself where OVN-Kubernetes routes to it: what is proven is the node's own way, whatever the tunnel does. */
function podQuestions({ probe }: Tunnel): readonly string[] {
  return probe === undefined ? [] : [`ping-mp0 ${probe}`];
}

/** The node's own ping of the declared Pod; undefined: none is declared, or the node has no OVN-Kubernetes or no tunnel. */
function podPing(look: Look): Probe | undefined {
  const { probe } = look.subject.spec;
  return probe === undefined
    ? undefined
    : pingProbe(look.device, probe, 'ping of a Pod from ovn-k8s-mp0', look.answer(`ping-mp0 ${probe}`));
}

/** @throws NotVerified */
function podPinged(look: Look): readonly Probe[] {
  const probe = podPing(look);
  if (probe === undefined) return [];
  if (!probe.ok)
    throw new NotVerified(
      'path-broken',
      `${look.device}: ping of the Pod ${probe.to} from ovn-k8s-mp0 failed: ${probe.detail}`,
    );
  return [probe];
}
