import { contains, isAddress, overlaps, parseCidr, toNumber } from './address';
import { memberMistakes } from './balancer-rules';
import { field, fullPath, rampAddresses, type Mistake } from './mistake';
import { networkMistakes } from './network-rules';
import { pairMistakes } from './pair-rules';
import type { Declared, Tunnel } from './tunnel';

/** Rules between the fields of one declaration. Each has a message of its own and the path of the field to mend. */
export function crossFieldMistakes(declared: Declared): readonly Mistake[] {
  return declared.kind === 'member' ? memberMistakes(declared) : tunnelMistakes(declared);
}

function tunnelMistakes(tunnel: Tunnel): readonly Mistake[] {
  return [
    ...insideTheTunnel(tunnel),
    ...outsideTheTunnel(tunnel),
    ...networkMistakes(tunnel),
    ...oneRoleAnAddress(tunnel),
    ...names(tunnel),
    ...pairMistakes(tunnel),
  ];
}

function insideTheTunnel({ tunnel }: Tunnel): readonly Mistake[] {
  const prefix = parseCidr(tunnel.bigip);
  const path = ['tunnel', 'node'];
  if (!prefix || !isAddress(tunnel.node)) return [];
  if (!contains(prefix, tunnel.node))
    return [
      {
        path,
        value: tunnel.node,
        message: `must lie in the tunnel's prefix ${tunnel.bigip}, or BIG-IP has no route to it`,
      },
    ];
  return [prefix.first, prefix.last].includes(toNumber(tunnel.node))
    ? [
        {
          path,
          value: tunnel.node,
          message: `must be a host of ${tunnel.bigip}, neither the network itself nor its broadcast address`,
        },
      ]
    : [];
}

/** Outer addresses in the tunnel's own prefix or in a cluster network would be routed into the tunnel that they carry. */
function outsideTheTunnel(tunnel: Tunnel): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  const prefix = parseCidr(tunnel.tunnel.bigip);
  const outer = [
    ...tunnel.bigip.flatMap((unit, i) => [
      field(['bigip', i, 'address'], unit.address),
      field(['bigip', i, 'management'], unit.management),
    ]),
    ...rampAddresses(tunnel),
  ];
  for (const { path, value } of outer) {
    if (prefix && contains(prefix, value))
      mistakes.push({ path, value, message: `must lie outside the tunnel's prefix ${tunnel.tunnel.bigip}` });
    for (const cidr of tunnel.clusterNetworks) {
      const network = parseCidr(cidr);
      if (network && contains(network, value))
        mistakes.push({
          path,
          value,
          message: `must lie outside the cluster network ${cidr}, or BIG-IP would send it into the tunnel`,
        });
    }
  }
  tunnel.clusterNetworks.forEach((cidr, i) => {
    const network = parseCidr(cidr);
    if (!network) return;
    if (prefix && overlaps(network, prefix))
      mistakes.push({
        path: ['clusterNetworks', i],
        value: cidr,
        message: `must not overlap the tunnel's prefix ${tunnel.tunnel.bigip}`,
      });
  });
  return mistakes;
}

/** BIG-IP may be managed at the address where the tunnel ends; any other address has one role. */
function oneRoleAnAddress(tunnel: Tunnel): readonly Mistake[] {
  const roles = [
    ...tunnel.bigip.map((unit, i) => field(['bigip', i, 'address'], unit.address)),
    ...tunnel.bigip.flatMap((unit, i) =>
      unit.management === unit.address ? [] : [field(['bigip', i, 'management'], unit.management)],
    ),
    ...rampAddresses(tunnel),
    field(['tunnel', 'bigip'], tunnel.tunnel.bigip.split('/')[0]!),
    field(['tunnel', 'node'], tunnel.tunnel.node),
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
