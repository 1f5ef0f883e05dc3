import type { Look } from '../device/look';
import { declarationsOf, type Subject } from '../device/observation';
import type { State } from '../device/operation';
import { property } from '../device/words';
import { Refused } from '../errors/errors';
import { marker, vrrpId, type Declared } from '../declaration/tunnel';
import { linesOf, notUnderstood } from './answers';
import type { ClusterFacts, Failover } from './facts';
import { addresses, failoverValue, pairOf, type Pair } from './pair';

/**
 * Whether the object under one of our names is this tunnel's: by its mark, or, when it has none, by virtual IP, interface and selector, as the
 * published procedure makes it (whatever its account, offset and check).
 */
export function isOurFailover(name: string, state: State, subject: Subject<Declared>): boolean {
  const value = state[`ipfailover ${name}`];
  const owner = property(value, 'owner');
  return declarationsOf(subject).some((tunnel) => {
    const pair = pairOf(tunnel);
    if (value === undefined || pair?.ipfailover.name !== name) return false;
    if (owner !== undefined) return owner === marker(tunnel);
    const whole = failoverValue(pair);
    return ['vip', 'interface', 'selector'].every((word) => property(value, word) === property(whole, word));
  });
}

/** What is asked to see all of a cluster's ipfailover objects, where ours is or was one. */
export function failoversQuestion(subject: Subject<Declared>): readonly string[] {
  return declarationsOf(subject).some((each) => pairOf(each) !== undefined) ? ['ipfailovers'] : [];
}

/** Those that have to do with ours; `idle`: they run no Pod, or no SCC lets them use the nodes' network. @throws NotUnderstood */
export function readFailovers(look: Look<Declared>): Pick<ClusterFacts, 'failovers' | 'idle'> {
  const [failovers, idle] = [false, true].map((idles) =>
    failoversQuestion(look.subject)
      .flatMap((question) => linesOf(look, question) ?? [])
      .filter((line) => line.startsWith('idle ') === idles)
      .map((line) => readFailover(look, line.replace(/^idle /, '')))
      .filter((each) => matchesPair(each, look.subject)),
  );
  return { failovers: failovers!, idle: idle! };
}

function readFailover(look: Look<Declared>, line: string): Failover {
  const match = /^([^ /]+)\/(\S+) (\S+) (\S+) (\S+) (\S+) (\S+)$/.exec(line);
  if (!match) return notUnderstood(look, 'ipfailovers', [line]);
  const [project = '', name = '', vips = '', offset = '', account = '', selector = '', owner = '-'] = match.slice(1);
  return {
    project,
    name,
    vips,
    offset: /^\d{1,3}$/.test(offset) ? Number(offset) : null,
    account,
    selector,
    owner: owner === '-' ? null : owner,
  };
}

/** Whether another's object could have to do with a tunnel's: only those are handed on, a cluster may have many. */
function matchesPair(failover: Failover, subject: Subject<Declared>): boolean {
  return declarationsOf(subject).some((tunnel) => {
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
 * Refuses a pair whose virtual IP or VRRP id another ipfailover object of the cluster has.
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
