import { hostOf } from '../address';
import { Refusal, say, type Answer } from '../answer';
import type { Node } from './node';
import { managementAddress } from './settings';
import { translatesByNftables } from './stock-chains';

/** `nft list chain` of the chain by which OVN-Kubernetes translates, in the releases that have it. Of others it says that there are none. */
export function nft({ settings }: Node, args: readonly string[]): Answer {
  const [verb, object, family, table, chain] = args;
  if (verb !== 'list' || object !== 'chain' || args.length !== 5)
    throw new Refusal('notModelled', 'nft', args.join(' '));
  if (`${family} ${table} ${chain}` !== 'inet ovn-kubernetes mgmtport-snat' || !translatesByNftables(settings))
    throw new Refusal('nftAbsent', args.join(' '));
  const own = hostOf(managementAddress(settings));
  return say(
    'table inet ovn-kubernetes {',
    '\tchain mgmtport-snat {',
    '\t\tcomment "OVN SNAT to Management Port"',
    '\t\ttype nat hook postrouting priority srcnat; policy accept;',
    '\t\toifname != "ovn-k8s-mp0" return',
    '\t\tmeta l4proto . th dport @mgmtport-no-snat-nodeports return',
    ...(settings.advertised ? ['\t\tmeta nfproto ipv4 fib saddr type != local return'] : []),
    `\t\tip saddr ${own} return`,
    '\t\tip daddr . meta l4proto . th dport @mgmtport-no-snat-services-v4 return',
    '\t\tip saddr @mgmtport-no-snat-subnets-v4 return',
    `\t\tsnat ip to ${own}`,
    '\t}',
    '}',
  );
}
