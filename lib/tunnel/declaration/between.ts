import { overlaps, parseCidr, type Network } from './address';
import { balancerMistakes } from './balancer-rules';
import { bigipAddresses, field, fullPath, innerFields, rampAddresses, type Field, type Mistake } from './mistake';
import {
  bigipAddress,
  isBigIpPair,
  isRampPair,
  rampAddress,
  rampName,
  tunnelAddress,
  unitSelf,
  vrrpId,
  type Declared,
  type Tunnel,
} from './tunnel';

/** Rules between all declarations: what no two of them may share. @returns mistakes whose path begins with the later one's index */
export function sharedMistakes(tunnels: readonly Declared[]): readonly Mistake[] {
  const claims = tunnels.map(claimed);
  const twice = claims.flatMap((mine, i) =>
    mine.flatMap(({ path, value, what }) => {
      const j = claims.findIndex((theirs, index) => index < i && theirs.some((claim) => claim.what === what));
      return j < 0 ? [] : [{ path: [i, ...path], value, message: `is taken by tunnel ${tunnels[j]!.name} (${what})` }];
    }),
  );
  const crossing = tunnels.flatMap((tunnel, i) =>
    tunnels.slice(0, i).flatMap((earlier) => {
      const mistakes =
        earlier.kind === 'ramp' && tunnel.kind === 'ramp'
          ? betweenTunnels(earlier, tunnel)
          : balancerMistakes(earlier, tunnel);
      return mistakes.map((mistake) => ({ ...mistake, path: [i, ...mistake.path] }));
    }),
  );
  return [...twice, ...crossing];
}

function betweenTunnels(earlier: Tunnel, tunnel: Tunnel): readonly Mistake[] {
  const sameBigIp = earlier.bigip.some(({ management }) => tunnel.bigip.some((unit) => unit.management === management));
  const sameCluster = tunnel.cluster !== undefined && tunnel.cluster.admin === earlier.cluster?.admin;
  return [
    ...(sameBigIp ? [...onOtherUnits(earlier, tunnel), ...onOneBigIp(earlier, tunnel)] : []),
    ...(sameCluster ? inOneCluster(earlier, tunnel) : []),
  ];
}

/** Two tunnels with a unit in common have both units in common: a sync carries the objects of all tunnels of a device group. */
function onOtherUnits(earlier: Tunnel, tunnel: Tunnel): readonly Mistake[] {
  const units = ({ bigip }: Tunnel): string =>
    bigip
      .map(({ management }) => management)
      .sort()
      .join(', ');
  const group = earlier.bigipPair?.deviceGroup;
  if (units(tunnel) !== units(earlier))
    return [
      {
        ...field(['bigip'], units(tunnel)),
        message: `must be ${units(earlier)}, as in tunnel ${earlier.name}: the units of a pair share their objects`,
      },
    ];
  return tunnel.bigipPair === undefined || group === undefined || tunnel.bigipPair.deviceGroup === group
    ? []
    : [
        {
          ...field(['bigipPair', 'deviceGroup'], tunnel.bigipPair.deviceGroup),
          message: `must be ${group}, as in tunnel ${earlier.name}, which is on the same units`,
        },
      ];
}

/** Two tunnels on one BIG-IP: neither may have addresses that are routed into the other. */
function onOneBigIp(earlier: Tunnel, tunnel: Tunnel): readonly Mistake[] {
  const routed = (of: Tunnel): readonly Field[] => [
    field(['tunnel', 'bigip'], of.tunnel.bigip),
    ...of.clusterNetworks.map((cidr, i) => field(['clusterNetworks', i], cidr)),
  ];
  const outer = (of: Tunnel): readonly Field[] => [...bigipAddresses(of), ...rampAddresses(of)];
  const crossed = (mine: readonly Field[], theirs: readonly Field[], why: string): readonly Mistake[] =>
    mine.flatMap(({ path, value }) =>
      theirs
        .filter((other) => other.value !== value && overlaps(host(value), host(other.value)))
        .map((other) => ({
          path,
          value,
          message: `must not overlap ${other.path.join('.')} ${other.value} of tunnel ${earlier.name} on the same BIG-IP: ${why}`,
        })),
    );
  const split = tunnel.bigip.flatMap((unit, i) =>
    earlier.bigip
      .filter(({ management, bastion }) => management === unit.management && bastion !== unit.bastion)
      .map(({ bastion }) => ({
        ...field(['bigip', i, 'bastion'], unit.bastion),
        message: `must be ${bastion}, as in tunnel ${earlier.name}: two bastions of one BIG-IP would not lock each other out`,
      })),
  );
  return [
    ...split,
    ...crossed(routed(tunnel), routed(earlier), 'it has one route to an address'),
    ...crossed(outer(tunnel), routed(earlier), 'it would send the packets of this tunnel into that one'),
    ...crossed(routed(tunnel), outer(earlier), 'it would send the packets of that tunnel into this one'),
  ];
}

/** A network, or an address as the smallest one. */
function host(text: string): Network {
  return parseCidr(text.includes('/') ? text : `${text}/32`)!;
}

/** What a tunnel needs for itself alone: no two may be declared that claim the same. `what` identifies it. */
function claimed(tunnel: Declared): readonly (Field & { readonly what: string })[] {
  const claims: (Field & { readonly what: string })[] = [];
  const claim = (path: Field['path'], value: string, what: string): void => void claims.push({ path, value, what });
  claim(['name'], tunnel.name, `the name ${tunnel.name}`);
  if (tunnel.kind === 'member') return claims;
  const { objects, cookie, ipfailover, cluster, ramp } = tunnel;
  const inner = tunnel.tunnel.bigip;
  const inners = innerFields(tunnel);
  for (const { management } of tunnel.bigip) {
    const on = `on BIG-IP ${management}`;
    claim(['objects', 'tunnel'], objects.tunnel, `tunnel ${objects.tunnel} ${on}`);
    claim(['objects', 'self'], objects.self, `self IP ${objects.self} ${on}`);
    if (isBigIpPair(tunnel)) claim(['objects', 'unitSelf'], unitSelf(tunnel), `self IP ${unitSelf(tunnel)} ${on}`);
    claim(['objects', 'snatPool'], objects.snatPool, `SNAT pool ${objects.snatPool} ${on}`);
    claim(['tunnel', 'bigip'], inner, `address ${tunnelAddress(tunnel)} ${on}`);
    for (const own of inners) claim(own.path, own.value, `address ${own.value} ${on}`);
    tunnel.clusterNetworks.forEach((cidr, i) => claim(['clusterNetworks', i], cidr, `the route to ${cidr} ${on}`));
    tunnel.virtualServers.forEach((name, i) =>
      claim(['virtualServers', i], name, `virtual server ${fullPath(name)} ${on}`),
    );
  }
  const [end, far] = [rampAddress(tunnel), bigipAddress(tunnel)];
  claim(isRampPair(tunnel) ? ['ramp', 'vip'] : ['ramp', 'nodes'], end, `a tunnel between ${far} and ${end}`);
  for (const node of ramp.nodes) {
    // A name is a node's in its cluster; an instance id is nobody else's.
    const on = `on node ${rampName(node)}${node.reach === 'oc' ? ` of the cluster of ${cluster?.admin}` : ''}`;
    claim(['tunnel', 'interface'], tunnel.tunnel.interface, `interface ${tunnel.tunnel.interface} ${on}`);
    claim(['tunnel', 'bigip'], inner, `the far end ${tunnelAddress(tunnel)} ${on}`);
    for (const own of inners) claim(own.path, own.value, `the far end ${own.value} ${on}`);
    claim(['cookie'], cookie, `cookie ${cookie} ${on}`);
    if (ipfailover !== undefined)
      claim(['ipfailover', 'vrrpIdOffset'], String(ipfailover.vrrpIdOffset), `VRRP id ${vrrpId(ipfailover)} ${on}`);
  }
  if (ramp.vip !== undefined) claim(['ramp', 'vip'], ramp.vip, `the virtual IP ${ramp.vip}`);
  if (cluster !== undefined && ipfailover !== undefined)
    claim(['ipfailover', 'name'], ipfailover.name, `ipfailover ${ipfailover.name} in the cluster of ${cluster.admin}`);
  return claims;
}

/** Two tunnels in one cluster: their demands on nodes must agree. */
function inOneCluster(earlier: Tunnel, tunnel: Tunnel): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  const nodes = (of: Tunnel): readonly string[] => of.ramp.nodes.map(rampName).sort();
  const [mine, theirs] = [nodes(tunnel), nodes(earlier)];
  const label = tunnel.ipfailover?.label;
  if (label !== undefined && label === earlier.ipfailover?.label && mine.join() !== theirs.join())
    mistakes.push({
      path: ['ipfailover', 'label'],
      value: label,
      message: `must not be the label of tunnel ${earlier.name}, which has other ramp nodes in the same cluster: its ipfailover would start on these`,
    });
  tunnel.ramp.nodes.forEach((node, i) => {
    const other = earlier.ramp.nodes.find(({ node: name }) => name !== undefined && name === node.node);
    if (other !== undefined && (other.reach ?? 'ssm') !== (node.reach ?? 'ssm'))
      mistakes.push({
        path: ['ramp', 'nodes', i, 'reach'],
        value: node.reach,
        message: `must be ${other.reach ?? 'ssm'}, as in tunnel ${earlier.name}, which has the same node: both would work on it as on two`,
      });
  });
  if (mine.some((node) => theirs.includes(node)) && tunnel.ramp.schedulable !== earlier.ramp.schedulable)
    mistakes.push({
      path: ['ramp', 'schedulable'],
      value: tunnel.ramp.schedulable,
      message: `must be ${earlier.ramp.schedulable}, as in tunnel ${earlier.name}, which has the same node`,
    });
  return mistakes;
}
