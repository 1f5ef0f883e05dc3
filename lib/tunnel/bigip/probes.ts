import { pingProbe } from '../device/answer';
import type { Reading } from '../device/device';
import type { Look } from '../device/look';
import type { Probe } from '../device/observation';
import { NotVerified } from '../errors/errors';
import { isRampPair, type Tunnel } from '../declaration/tunnel';

/** The pings from BIG-IP: to the other end of the tunnel, and to a Pod through it where one is declared. */
export const probes: Reading<Tunnel, readonly Probe[]> = {
  questions: ({ spec }) => pings(spec).map((to) => `ping ${to}`),
  read: pinged,
};

/** As proofs the same; the virtual IP of a pair needs some seconds to be there after its first start, so the far end is waited for. */
export const proofs: Reading<Tunnel, readonly Probe[]> = {
  questions: (subject) => [
    ...(isRampPair(subject.spec) ? [`await ${subject.spec.tunnel.node}`] : []),
    ...probes.questions(subject),
  ],
  read(look) {
    const found = pinged(look);
    const dead = found.find(({ ok }) => !ok);
    if (dead) throw new NotVerified('ping-failed', `${dead.from}: ${dead.what} to ${dead.to} failed: ${dead.detail}`);
    return found;
  },
};

function pings(spec: Tunnel): readonly string[] {
  return [spec.tunnel.node, ...(spec.probe === undefined ? [] : [spec.probe])];
}

function pinged(look: Look): readonly Probe[] {
  const { spec } = look.subject;
  return pings(spec).flatMap((to) => {
    const what =
      to === spec.tunnel.node
        ? 'ping through the tunnel'
        : 'ping to a Pod through the tunnel (not through the SNAT pool)';
    return pingProbe(look.device, to, what, look.answer(`ping ${to}`)) ?? [];
  });
}
