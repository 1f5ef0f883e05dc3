import { contains, isAddress, overlaps, parseCidr, toNumber, type Network } from './address';
import type { Tunnel } from './tunnel';

/** A broken rule: where in the document, what stands there, and what the rule is. */
export interface Mistake {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  readonly message: string;
}

/** Rules between the fields of one declared tunnel. Each has a message of its own and the path of the field to mend. */
export function crossFieldMistakes(tunnel: Tunnel): readonly Mistake[] {
  return [...insideTheTunnel(tunnel), ...outsideTheTunnel(tunnel), ...oneRoleAnAddress(tunnel), ...names(tunnel)];
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
    ...tunnel.ramp.nodes.map((node, i) => field(['ramp', 'nodes', i, 'address'], node.address)),
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
    const other = tunnel.clusterNetworks.findIndex(
      (earlier, j) => j < i && overlaps(network, parseCidr(earlier) ?? network),
    );
    if (other >= 0)
      mistakes.push({
        path: ['clusterNetworks', i],
        value: cidr,
        message: `must not overlap clusterNetworks.${other}, ${tunnel.clusterNetworks[other]}`,
      });
  });
  if (
    tunnel.probe !== undefined &&
    !tunnel.clusterNetworks.some((cidr) => contains(parseCidr(cidr) ?? { first: 1, last: 0, length: 0 }, tunnel.probe!))
  )
    mistakes.push({
      path: ['probe'],
      value: tunnel.probe,
      message: `must be a Pod: an address in one of ${tunnel.clusterNetworks.join(', ')}`,
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
    ...tunnel.ramp.nodes.map((node, i) => field(['ramp', 'nodes', i, 'address'], node.address)),
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
  const reserved = ['tun0', 'vxlan0', 'br0', 'lo', 'tunl0'];
  if (reserved.includes(tunnel.tunnel.interface))
    mistakes.push({
      path: ['tunnel', 'interface'],
      value: tunnel.tunnel.interface,
      message: `must not be one of ${reserved.join(', ')}: the SDN or the kernel has it`,
    });
  tunnel.ramp.nodes.forEach((node, i) => {
    if (node.interface === tunnel.tunnel.interface)
      mistakes.push({
        path: ['ramp', 'nodes', i, 'interface'],
        value: node.interface,
        message: 'must not be the tunnel device itself',
      });
  });
  tunnel.virtualServers.forEach((name, i) => {
    if (tunnel.virtualServers.findIndex((other) => inCommon(other) === inCommon(name)) < i)
      mistakes.push({ path: ['virtualServers', i], value: name, message: 'is listed twice' });
  });
  return mistakes;
}

/** Rules between all declared tunnels: what two of them may not share. @returns mistakes whose path begins with the later tunnel's index */
export function sharedMistakes(tunnels: readonly Tunnel[]): readonly Mistake[] {
  const claims = tunnels.map(claimed);
  const twice = claims.flatMap((mine, i) =>
    mine.flatMap(({ path, value, what }) => {
      const j = claims.findIndex((theirs, index) => index < i && theirs.some((claim) => claim.what === what));
      return j < 0 ? [] : [{ path: [i, ...path], value, message: `is taken by tunnel ${tunnels[j]!.name} (${what})` }];
    }),
  );
  const crossing = tunnels.flatMap((tunnel, i) =>
    tunnels.slice(0, i).flatMap((earlier) => {
      const mistakes = earlier.bigip.some(({ management }) =>
        tunnel.bigip.some((unit) => unit.management === management),
      )
        ? besides(earlier, tunnel)
        : [];
      return mistakes.map((mistake) => ({ ...mistake, path: [i, ...mistake.path] }));
    }),
  );
  return [...twice, ...crossing];
}

/** Two tunnels on one BIG-IP: what is routed into the one may not be the other's. */
function besides(earlier: Tunnel, tunnel: Tunnel): readonly Mistake[] {
  const routed = (of: Tunnel): readonly Field[] => [
    field(['tunnel', 'bigip'], of.tunnel.bigip),
    ...of.clusterNetworks.map((cidr, i) => field(['clusterNetworks', i], cidr)),
  ];
  const outer = (of: Tunnel): readonly Field[] => [
    ...of.bigip.map((unit, i) => field(['bigip', i, 'address'], unit.address)),
    ...of.ramp.nodes.map((node, i) => field(['ramp', 'nodes', i, 'address'], node.address)),
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
function claimed(tunnel: Tunnel): readonly (Field & { readonly what: string })[] {
  const claims: (Field & { what: string })[] = [{ ...field(['name'], tunnel.name), what: `the name ${tunnel.name}` }];
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
      claims.push({ ...field(['virtualServers', i], name), what: `virtual server ${inCommon(name)} ${on}` }),
    );
    for (const node of tunnel.ramp.nodes)
      claims.push({
        ...field(['ramp', 'nodes'], node.address),
        what: `a tunnel between ${unit.address} and ${node.address}`,
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
  }
  return claims;
}

/** A virtual server's name with its folder: without one it lies in /Common. */
function inCommon(name: string): string {
  return name.startsWith('/') ? name : `/Common/${name}`;
}

interface Field {
  readonly path: readonly (string | number)[];
  readonly value: string;
}

function field(path: readonly (string | number)[], value: string): Field {
  return { path, value };
}
