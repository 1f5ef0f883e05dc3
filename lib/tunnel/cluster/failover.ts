import type { State } from '../device/operation';
import type { Subject } from '../device/observation';
import { Refused } from '../errors';
import { marker, vrrpId, type Declared } from '../tunnel';
import { addresses, failoverValue, pairOf, withoutOwner, type Pair } from './objects';
import type { ClusterFacts, Failover } from './read';
import { property } from '../device/words';

/**
 * Whether the object under one of our names is this tunnel's: by its mark, or, when it has none, by virtual IP, interface and selector, as the
 * published procedure makes it (whatever its account, offset and check).
 */
export function isOurs(name: string, state: State, ...declared: readonly (Declared | null)[]): boolean {
  const value = state[`ipfailover ${name}`];
  const owner = property(value, 'owner');
  return declared.some((tunnel) => {
    const pair = tunnel === null ? undefined : pairOf(tunnel);
    if (value === undefined || pair?.ipfailover.name !== name) return false;
    if (owner !== undefined) return owner === marker(tunnel!);
    const whole = failoverValue(pair);
    return ['vip', 'interface', 'selector'].every((word) => property(value, word) === property(whole, word));
  });
}

/** Whether another's object could have to do with a tunnel's: only those are handed on, a cluster may have many. */
export function concerns(failover: Failover, { spec, applied }: Subject<Declared>): boolean {
  return [spec, ...(applied ? [applied] : [])].some((tunnel) => {
    const pair = pairOf(tunnel);
    if (pair === undefined) return false;
    const { name, serviceAccount, label } = pair.ipfailover;
    return (
      failover.name === name ||
      failover.account === serviceAccount ||
      failover.selector.split(',').includes(`${label}=true`) ||
      addresses(failover.vips).includes(pair.vip) ||
      sharesId(failover, pair)
    );
  });
}

/** ipfailover numbers the addresses of an object from offset + 1 on (OS-31). Without a number it has none: keepalived does not start. */
function vrrpIds({ offset, vips }: Pick<Failover, 'offset' | 'vips'>): readonly [first: number, last: number] {
  return offset === null ? [NaN, NaN] : [offset + 1, offset + Math.max(1, addresses(vips).length)];
}

function sharesId(failover: Failover, { ipfailover }: Pair): boolean {
  const [first, last] = vrrpIds(failover);
  return first <= vrrpId(ipfailover) && vrrpId(ipfailover) <= last;
}

/**
 * What of a cluster's ipfailover objects stands against ours.
 * @throws Refused
 */
export function refuseCollision(
  title: string,
  pair: Pair,
  own: (failover: Failover) => boolean,
  facts: ClusterFacts,
): void {
  for (const failover of facts.failovers) {
    if (own(failover)) continue;
    const called = `${failover.project}/${failover.name}`;
    if (addresses(failover.vips).includes(pair.vip)) {
      const remedy = adoptable(failover, pair)
        ? `declare ipfailover.name: ${failover.name} to have it adopted, or remove it there, which cuts what goes to its virtual IP`
        : 'remove it there, which cuts what goes to it, or declare another ramp.vip';
      throw new Refused(
        'virtual-ip-taken',
        `${title}: ipfailover ${called} already has the virtual IP ${pair.vip}: ${remedy}`,
      );
    }
    const [first, last] = vrrpIds(failover);
    if (sharesId(failover, pair))
      throw new Refused(
        'vrrp-id-taken',
        `${title}: ipfailover ${called} uses VRRP ${first === last ? `id ${first}` : `ids ${first} to ${last}`}, and this tunnel's would be ${vrrpId(pair.ipfailover)}: declare another ipfailover.vrrpIdOffset`,
      );
  }
}

/** Whether only its name keeps an object from being adopted, as far as one that was not asked for by its name is known. */
function adoptable({ project, owner, vips, selector }: Failover, { vip, ipfailover }: Pair): boolean {
  return project === 'default' && owner === null && vips === vip && selector === `${ipfailover.label}=true`;
}

/**
 * An object under our name that is another's.
 * @throws Refused
 */
export function refuseForeign(
  title: string,
  name: string,
  state: State,
  ...declared: readonly (Declared | null)[]
): void {
  const value = state[`ipfailover ${name}`];
  if (value !== undefined && !isOurs(name, state, ...declared))
    throw new Refused(
      'object-foreign',
      `${title} already has an ipfailover ${name} in project default that is not this tunnel's (${value}): declare another ipfailover.name, or remove it, which cuts what goes to its virtual IPs`,
    );
}

/** Ours, but without our mark: what the published procedure made. */
export function isAdopted(value: string): boolean {
  return withoutOwner(value) === value;
}
