import type { Mistake } from './mistake';
import { unitSelf, type Tunnel } from './tunnel';

/** Rules for pairs of BIG-IP: what a pair needs, and what only a pair may have. */
export function bigipPairMistakes(tunnel: Tunnel): readonly Mistake[] {
  return tunnel.bigip.length === 2 ? ofTwoUnits(tunnel) : ofOneUnit(tunnel);
}

function ofTwoUnits(tunnel: Tunnel): readonly Mistake[] {
  const { bigip, bigipPair, objects } = tunnel;
  const mistakes: Mistake[] = bigip.flatMap(({ inner }, i) =>
    inner === undefined
      ? [
          {
            path: ['bigip', i, 'inner'],
            value: undefined,
            message:
              "is missing: each of two units needs its own address in TUNNEL_IP1's network, or BIG-IP does not take the floating one",
          },
        ]
      : [],
  );
  if (bigipPair === undefined)
    mistakes.push({
      path: ['bigipPair'],
      value: undefined,
      message: 'is missing: two BIG-IP units need a floating address, where the tunnel ends, and a device group',
    });
  if (bigipPair?.network === 'vpc')
    mistakes.push({
      path: ['bigipPair', 'network'],
      value: 'vpc',
      message:
        'is not supported for two BIG-IP units: a VPC ignores gratuitous ARP, so the floating address would not move to the other unit; declare one BIG-IP',
    });
  if (unitSelf(tunnel) === objects.self)
    mistakes.push({
      path: ['objects', objects.unitSelf === undefined ? 'self' : 'unitSelf'],
      value: objects.self,
      message: `must not be the name of objects.${objects.unitSelf === undefined ? 'unitSelf' : 'self'} too: both are self IPs of one unit`,
    });
  return mistakes;
}

function ofOneUnit({ bigip, bigipPair, objects }: Tunnel): readonly Mistake[] {
  const [unit] = bigip;
  const only: readonly (readonly [path: Mistake['path'], value: unknown, why: string])[] = [
    [['bigip', 0, 'inner'], unit?.inner, 'with one, TUNNEL_IP1 is its own address'],
    [['bigipPair'], bigipPair, 'with one, no address moves'],
    [['objects', 'unitSelf'], objects.unitSelf, 'with one, objects.self is the only self IP'],
  ];
  return only.flatMap(([path, value, why]) =>
    value === undefined ? [] : [{ path, value, message: `is for two BIG-IP units: ${why}` }],
  );
}
