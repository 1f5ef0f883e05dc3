import { pingProbe } from '../device/answer';
import type { Reading } from '../device/device';
import type { Look } from '../device/look';
import type { Probe, Subject } from '../device/observation';
import { NotVerified } from '../errors/errors';
import { bigipAddress, isBigIpPair, isRampPair, type Tunnel } from '../declaration/tunnel';
import { FAILOVER_STATUS } from './group';
import { readRole } from './pair';
import { carrierQuestions, provenByConfiguration } from './standby';

/** The pings from BIG-IP: to the other end of the tunnel, and to a Pod through it where one is declared. The standby unit of a pair sends none. */
export const probes: Reading<Tunnel, readonly Probe[]> = {
  questions: ({ spec }) => pings(spec).map((to) => `ping ${to}`),
  read: (look, state) => {
    const stands = state[`tunnel ${look.subject.spec.objects.tunnel}`] !== undefined;
    const found = isStandby(look) ? (stands ? [provenByConfiguration(look)] : []) : pinged(look);
    return found.length === 0 ? [] : [...roleOf(look), ...found];
  },
};

/**
 * As proofs the same; the virtual IP of a pair of ramp nodes needs some seconds to be there after its first start, so the far end is waited for. So is
 * whatever a change makes reachable that is under way.
 */
export const proofs: Reading<Tunnel, readonly Probe[]> = {
  questions: (subject) => [
    ...(isBigIpPair(subject.spec) ? [FAILOVER_STATUS, ...carrierQuestions(subject)] : []),
    ...awaited(subject).map((to) => `await ${to}`),
    ...probes.questions(subject),
  ],
  read(look) {
    const found = [...roleOf(look), ...(isStandby(look) ? [provenByConfiguration(look)] : pinged(look))];
    const dead = found.find(({ ok }) => !ok);
    if (dead === undefined) return found;
    const { from, what, to, detail } = dead;
    if (isStandby(look)) throw new NotVerified('standby-differs', `${from}: ${what}: ${detail}`);
    throw new NotVerified('ping-failed', `${from}: ${what} to ${to} failed: ${detail}`);
  },
};

/** Of a pair, whether it is active: both units may answer pings while each takes itself for the active one. */
function roleOf(look: Look): readonly Probe[] {
  if (!isBigIpPair(look.subject.spec)) return [];
  const { is, said } = readRole(look.answer(FAILOVER_STATUS));
  const ok = is === 'ACTIVE' || is === 'STANDBY';
  return [
    {
      from: look.device,
      to: bigipAddress(look.subject.spec),
      what: 'failover state',
      ok,
      detail: ok ? is : said,
      held: 'active-role',
      holds: is === 'ACTIVE',
    },
  ];
}

function isStandby(look: Look): boolean {
  return isBigIpPair(look.subject.spec) && readRole(look.answer(FAILOVER_STATUS)).is === 'STANDBY';
}

function awaited({ spec, along }: Subject): readonly string[] {
  if (along !== undefined) return pings(spec);
  return isRampPair(spec) ? [spec.tunnel.node] : [];
}

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
