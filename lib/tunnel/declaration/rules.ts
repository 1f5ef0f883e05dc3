import { contains, isAddress, overlaps, toNumber, type Network } from './address';
import { interfaceNetworkOf, networkOf } from './addresses';
import { memberMistakes } from './balancer-rules';
import { bigipPairMistakes } from './bigip-pair-rules';
import { bigipAddresses, field, fullPath, innerFields, rampAddresses, type Field, type Mistake } from './mistake';
import { networkMistakes } from './network-rules';
import { rampPairMistakes } from './ramp-pair-rules';
import { reachMistakes } from './reach-rules';
import { tunnelAddress, type Declared, type Tunnel } from './tunnel';

/** Rules between the fields of one declaration. Each has its own message and the path of the field to correct. */
export function crossFieldMistakes(declared: Declared): readonly Mistake[] {
  return declared.kind === 'member' ? memberMistakes(declared) : tunnelMistakes(declared);
}

function tunnelMistakes(tunnel: Tunnel): readonly Mistake[] {
  const outside = outsideTheTunnel(tunnel);
  return [
    ...insideTheTunnel(tunnel),
    ...outside,
    ...networkMistakes(tunnel, outside),
    ...oneRoleAnAddress(tunnel),
    ...names(tunnel),
    ...reachMistakes(tunnel),
    ...rampPairMistakes(tunnel),
    ...bigipPairMistakes(tunnel),
  ];
}

function insideTheTunnel(declared: Tunnel): readonly Mistake[] {
  const { tunnel } = declared;
  const prefix = interfaceNetworkOf(tunnel.bigip);
  if (!prefix) return [];
  const inside = [
    { ...field(['tunnel', 'node'], tunnel.node), why: 'or BIG-IP has no route to it' },
    ...innerFields(declared).map((inner) => ({ ...inner, why: 'which is the network of the floating self IP' })),
  ];
  return inside.flatMap(({ path, value, why }) => {
    if (!isAddress(value)) return [];
    if (!contains(prefix, value))
      return [{ path, value, message: `must lie in the tunnel's prefix ${tunnel.bigip}, ${why}` }];
    return [prefix.first, prefix.last].includes(toNumber(value))
      ? [
          {
            path,
            value,
            message: `must be a host of ${tunnel.bigip}, neither the network itself nor its broadcast address`,
          },
        ]
      : [];
  });
}

/** What BIG-IP sends into the tunnel. */
interface Inside extends Field {
  readonly what: string;
  readonly network: Network;
}

function insideNetworks({ tunnel, clusterNetworks }: Tunnel): readonly Inside[] {
  return [
    { ...field(['tunnel', 'bigip'], tunnel.bigip), what: "tunnel's prefix", network: interfaceNetworkOf(tunnel.bigip) },
    ...clusterNetworks.map((cidr, i) => ({
      ...field(['clusterNetworks', i], cidr),
      what: 'cluster network',
      network: networkOf(cidr),
    })),
  ].flatMap(({ network, ...each }) => (network ? [{ ...each, network }] : []));
}

/** Outer addresses in the tunnel's own prefix or in a cluster network would be routed into the tunnel that they carry. */
function outsideTheTunnel(tunnel: Tunnel): readonly Mistake[] {
  const outer = [
    ...bigipAddresses(tunnel),
    ...tunnel.bigip.map((unit, i) => field(['bigip', i, 'management'], unit.management)),
    ...rampAddresses(tunnel),
  ];
  const mistakes: Mistake[] = [];
  const others: Inside[] = [];
  for (const inside of insideNetworks(tunnel)) {
    const within = outer.filter(({ value }) => contains(inside.network, value));
    // One address in it is mistyped; a network that has several of them is too large, or another one.
    if (new Set(within.map(({ value }) => value)).size > 1) mistakes.push(tooLarge(inside, within));
    else {
      others.push(inside);
      mistakes.push(
        ...within.map(({ path, value }) => ({
          path,
          value,
          message: `must lie outside the ${inside.what} ${inside.value}, or BIG-IP would send it into the tunnel`,
        })),
      );
    }
  }
  const prefix = others.find(({ path }) => path[0] === 'tunnel');
  for (const each of others)
    if (prefix && each !== prefix && overlaps(each.network, prefix.network))
      mistakes.push({
        ...field(each.path, each.value),
        message: `must not overlap the ${prefix.what} ${prefix.value}`,
      });
  return mistakes;
}

function tooLarge({ path, value }: Inside, within: readonly Field[]): Mistake {
  const addresses = within.map((each) => `${each.path.join('.')} ${each.value}`).join(', ');
  return { path, value, message: `must not have ${addresses} in it, or BIG-IP would send them into the tunnel` };
}

/** A BIG-IP may be managed at its own address on the network of the ramp; any other address has one role. */
function oneRoleAnAddress(tunnel: Tunnel): readonly Mistake[] {
  const roles = [
    ...bigipAddresses(tunnel),
    ...tunnel.bigip.flatMap((unit, i) =>
      unit.management === unit.address ? [] : [field(['bigip', i, 'management'], unit.management)],
    ),
    ...rampAddresses(tunnel),
    field(['tunnel', 'bigip'], tunnelAddress(tunnel)),
    field(['tunnel', 'node'], tunnel.tunnel.node),
    ...innerFields(tunnel),
  ];
  return roles.flatMap(({ path, value }, i) => {
    const other = roles.slice(0, i).find((role) => role.value === value);
    return other
      ? [{ path, value, message: `must not be the address of ${other.path.join('.')} too: one address, one role` }]
      : [];
  });
}

function names(tunnel: Tunnel): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  tunnel.ramp.nodes.forEach((node, i) => {
    for (const key of ['instance', 'node'] as const)
      if (tunnel.ramp.nodes.findIndex((other) => node[key] !== undefined && other[key] === node[key]) < i && node[key])
        mistakes.push({ path: ['ramp', 'nodes', i, key], value: node[key], message: 'is listed twice' });
    if (node.interface === tunnel.tunnel.interface)
      mistakes.push({
        path: ['ramp', 'nodes', i, 'interface'],
        value: node.interface,
        message: 'must not be the tunnel device itself',
      });
  });
  tunnel.virtualServers.forEach((name, i) => {
    if (tunnel.virtualServers.findIndex((other) => fullPath(other) === fullPath(name)) < i)
      mistakes.push({ path: ['virtualServers', i], value: name, message: 'is listed twice' });
  });
  return mistakes;
}
