import { excerpt, type Answer } from '../device/answer';
import { isAbsent } from '../device/iproute';
import type { Probe } from '../device/observation';
import { NotUnderstood } from '../errors/errors';
import { rampNode, tunnelAddress, type Tunnel } from '../declaration/tunnel';

/** Where the virtual IP of a pair is, as one node sees it: on the interface that shall have it, answering elsewhere, or nowhere. */
export function vipQuestion(spec: Tunnel, name: string): string {
  return `vip ${rampNode(name, spec).interface} ${spec.ramp.vip}`;
}

/** What br0 does with a packet of BIG-IP to a Pod: to the declared one, else (`-`) to any of the node's own. */
export function traceQuestion(spec: Tunnel): string {
  return `trace ${tunnelAddress(spec)} ${spec.probe ?? '-'}`;
}

/** A node without the declared interface has no virtual IP on it: after a migration the other node of a pair may be the first to have br-ex. @throws NotUnderstood */
export function readVip(device: string, { ramp }: Tunnel, answer: Answer): Probe {
  const probe = { from: device, to: ramp.vip!, what: 'virtual IP', held: 'virtual-ip' } as const;
  if (isAbsent(answer))
    return { ...probe, ok: false, detail: `it lacks the interface: ${answer.complaint}`, holds: false };
  const where = answer.lines[0]?.trim();
  if (answer.code !== 0 || !['here', 'elsewhere', 'nowhere'].includes(where ?? ''))
    throw new NotUnderstood('look-refused', `${device} does not say where ${ramp.vip} is: ${answer.printed}`);
  const details = {
    here: 'has it',
    elsewhere: 'stands by: another node has it',
    nowhere: 'nobody has it: does the ipfailover Pod run on both nodes (oc get pods -n default -o wide)?',
  };
  return {
    ...probe,
    ok: where !== 'nowhere',
    detail: details[where as keyof typeof details],
    holds: where === 'here',
  };
}

/**
 * The way into the SDN by `ovs-appctl ofproto/trace`, which sends nothing: so a node is proven on which no packet of BIG-IP can arrive, since
 * the virtual IP is at the other one. Empty when there is no Pod to trace to, or no flows of ours are in it (`snat: gateway`).
 */
export function readTrace(device: string, { snat, probe }: Tunnel, answer: Answer): readonly Probe[] {
  if (answer.code === undefined || snat === 'gateway') return [];
  const actions = answer.lines
    .map((line) => /^Datapath actions: (.*)$/.exec(line.trim())?.[1])
    .find((found) => found !== undefined);
  if (answer.code !== 0 || actions === undefined)
    throw new NotUnderstood('look-refused', `${device} could not trace a packet through br0: ${answer.printed}`);
  const ok = actions !== 'drop' && /set\(ipv4\([^)]*src=/.test(actions);
  return [
    {
      from: device,
      to: probe ?? 'a Pod of its own',
      what: 'way of a packet from BIG-IP through br0, traced and not sent',
      ok,
      detail: ok
        ? `its source is translated, and it goes on (${excerpt(actions)})`
        : `it would end there (${excerpt(actions)})`,
    },
  ];
}
