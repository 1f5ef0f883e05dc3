import { overlaps, parseCidr, type Network } from './address';
import { balancerMistakes } from './balancer-rules';
import { field, fullPath, rampAddresses, type Field, type Mistake } from './mistake';
import { isPair, rampAddress, vrrpId, type Declared, type Tunnel } from './tunnel';

/** Rules between all declarations: what two of them may not share. @returns mistakes whose path begins with the later one's index */
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
  const onOneBigIp = earlier.bigip.some(({ management }) =>
    tunnel.bigip.some((unit) => unit.management === management),
  );
  const sameCluster = tunnel.cluster !== undefined && tunnel.cluster.admin === earlier.cluster?.admin;
  return [...(onOneBigIp ? besides(earlier, tunnel) : []), ...(sameCluster ? inOneCluster(earlier, tunnel) : [])];
}

/** Two tunnels on one BIG-IP: what is routed into the one may not be the other's. */
function besides(earlier: Tunnel, tunnel: Tunnel): readonly Mistake[] {
  const routed = (of: Tunnel): readonly Field[] => [
    field(['tunnel', 'bigip'], of.tunnel.bigip),
    ...of.clusterNetworks.map((cidr, i) => field(['clusterNetworks', i], cidr)),
  ];
  const outer = (of: Tunnel): readonly Field[] => [
    ...of.bigip.map((unit, i) => field(['bigip', i, 'address'], unit.address)),
    ...rampAddresses(of),
  ];
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
    ...crossed(routed(tunnel), routed(earlier), 'it has one way to an address'),
    ...crossed(outer(tunnel), routed(earlier), 'it would send the packets of this tunnel into that one'),
    ...crossed(routed(tunnel), outer(earlier), 'it would send the packets of that tunnel into this one'),
  ];
}

/** A network, or an address as the smallest one. */
function host(text: string): Network {
  return parseCidr(text.includes('/') ? text : `${text}/32`)!;
}

/** What a tunnel needs for itself alone. Two that name the same thing may not be declared together. */
function claimed(tunnel: Declared): readonly (Field & { readonly what: string })[] {
  const claims: (Field & { what: string })[] = [{ ...field(['name'], tunnel.name), what: `the name ${tunnel.name}` }];
  if (tunnel.kind === 'member') return claims;
  for (const unit of tunnel.bigip) {
    const on = `on BIG-IP ${unit.management}`;
    claims.push({
      ...field(['objects', 'tunnel'], tunnel.objects.tunnel),
      what: `tunnel ${tunnel.objects.tunnel} ${on}`,
    });
    claims.push({ ...field(['objects', 'self'], tunnel.objects.self), what: `self IP ${tunnel.objects.self} ${on}` });
    claims.push({
      ...field(['objects', 'snatPool'], tunnel.objects.snatPool),
      what: `SNAT pool ${tunnel.objects.snatPool} ${on}`,
    });
    claims.push({
      ...field(['tunnel', 'bigip'], tunnel.tunnel.bigip),
      what: `address ${tunnel.tunnel.bigip.split('/')[0]} ${on}`,
    });
    tunnel.clusterNetworks.forEach((cidr, i) =>
      claims.push({ ...field(['clusterNetworks', i], cidr), what: `the route to ${cidr} ${on}` }),
    );
    tunnel.virtualServers.forEach((name, i) =>
      claims.push({ ...field(['virtualServers', i], name), what: `virtual server ${fullPath(name)} ${on}` }),
    );
    claims.push({
      ...field(isPair(tunnel) ? ['ramp', 'vip'] : ['ramp', 'nodes'], rampAddress(tunnel)),
      what: `a tunnel between ${unit.address} and ${rampAddress(tunnel)}`,
    });
  }
  for (const node of tunnel.ramp.nodes) {
    const on = `on node ${node.instance}`;
    claims.push({
      ...field(['tunnel', 'interface'], tunnel.tunnel.interface),
      what: `interface ${tunnel.tunnel.interface} ${on}`,
    });
    claims.push({
      ...field(['tunnel', 'bigip'], tunnel.tunnel.bigip),
      what: `the far end ${tunnel.tunnel.bigip.split('/')[0]} ${on}`,
    });
    claims.push({ ...field(['cookie'], tunnel.cookie), what: `cookie ${tunnel.cookie} ${on}` });
    if (tunnel.ipfailover !== undefined)
      claims.push({
        ...field(['ipfailover', 'vrrpIdOffset'], String(tunnel.ipfailover.vrrpIdOffset)),
        what: `VRRP id ${vrrpId(tunnel.ipfailover)} ${on}`,
      });
  }
  if (tunnel.ramp.vip !== undefined)
    claims.push({ ...field(['ramp', 'vip'], tunnel.ramp.vip), what: `the virtual IP ${tunnel.ramp.vip}` });
  if (tunnel.cluster !== undefined && tunnel.ipfailover !== undefined)
    claims.push({
      ...field(['ipfailover', 'name'], tunnel.ipfailover.name),
      what: `ipfailover ${tunnel.ipfailover.name} in the cluster of ${tunnel.cluster.admin}`,
    });
  return claims;
}

/** Two tunnels in one cluster: what the one does to nodes may not be what the other cannot have. */
function inOneCluster(earlier: Tunnel, tunnel: Tunnel): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  const nodes = (of: Tunnel): readonly string[] => of.ramp.nodes.map(({ instance }) => instance).sort();
  const [mine, theirs] = [nodes(tunnel), nodes(earlier)];
  const label = tunnel.ipfailover?.label;
  if (label !== undefined && label === earlier.ipfailover?.label && mine.join() !== theirs.join())
    mistakes.push({
      path: ['ipfailover', 'label'],
      value: label,
      message: `must not be the label of tunnel ${earlier.name}, which has other ramp nodes in the same cluster: its ipfailover would start on these`,
    });
  if (mine.some((node) => theirs.includes(node)) && tunnel.ramp.schedulable !== earlier.ramp.schedulable)
    mistakes.push({
      path: ['ramp', 'schedulable'],
      value: tunnel.ramp.schedulable,
      message: `must be ${earlier.ramp.schedulable}, as in tunnel ${earlier.name}, which has the same node`,
    });
  return mistakes;
}
