import { describeWords } from '../describe';
import type { Device, Observation, Operation, State, Wanted } from '../device';
import { Refused } from '../errors';
import { bigipUnit, isPair, rampNode, tunnelAddress } from '../tunnel';
import { adopted } from './adopt';
import { flowObjects, gatewayObjects, reportObject, tunnelObjects } from './objects';
import { proofs, prove } from './prove';
import { questions, read, type RampFacts } from './read';
import { halfwayReport, looksElsewhere } from './report';
import { deviceOf, standsBeside } from './route';

/** A ramp node: the far end of the tunnel, and the way into the SDN. */
export const ramp: Device<RampFacts> = {
  kind: 'ramp',
  title: 'ramp node',
  questions,
  proofs,
  read,
  prove,
  desired,
  absent: (wanted, observed) => {
    refuseForeign(wanted, observed);
    return {};
  },
  originals: ({ original }) => original,
  unrestorable: (facts) => facts.unrestorable,
  drains: () => [],
  order: {
    rank,
    stage: () => 'shape',
    immutable,
    dependents,
    halfway: halfwayReport,
    // The text of an earlier version is not kept: what goes back is what it was told.
    recorded: (object, value) => (object.startsWith('report ') ? value.replace(/^old /, '') : value),
    interrupts,
  },
  describe,
  remarks,
};

function desired(wanted: Wanted, observed: Observation<RampFacts>): State {
  const { name, spec, applied } = wanted;
  const { facts, state } = observed;
  refuseForeign(wanted, observed);
  refuseUnremovable(wanted, observed);
  if (facts.sdn === null || facts.pipeline === null) {
    const { code, message } = facts.pipelineProblem!;
    throw new Refused(code, message);
  }
  if (!facts.forwarding)
    throw new Refused(
      'forwarding-off',
      `${title(name)}: net.ipv4.ip_forward is not 1, so it forwards nothing; the SDN needs it too`,
    );
  if (facts.strangeFlows.length > 0)
    throw new Refused(
      'flows-foreign',
      `${title(name)}: br0 has flows with cookie ${spec.cookie} that are not this tunnel's (${facts.strangeFlows[0]}): declare another cookie`,
    );
  const node = rampNode(wanted.name, spec);
  const named = [spec, ...(applied ? [applied] : [])];
  if (spec.snat === 'gateway')
    return {
      ...adopted(spec, named, { ...tunnelObjects(spec, node), ...gatewayObjects(spec, facts.sdn) }, state),
      ...reportObject(spec, facts.sdn.gateway),
    };
  if (facts.sdnAddress === null)
    throw new Refused(
      'address-exhausted',
      `${title(name)}: no address of ${facts.sdn.subnet} is free; declare snat: gateway, which needs none`,
    );
  const flows = flowObjects(spec, facts.sdn, facts.pipeline, facts.sdnAddress);
  return {
    ...adopted(spec, named, { ...tunnelObjects(spec, node), ...flows }, state),
    ...reportObject(spec, facts.sdnAddress),
  };
}

/** What a teardown could not put back is refused before anything is adopted: else the tunnel could never be taken away again. */
function refuseUnremovable({ name, spec, applied }: Wanted, { facts }: Observation<RampFacts>): void {
  for (const { tunnel } of [spec, ...(applied ? [applied] : [])]) {
    const settings = facts.unrestorable[`tunnel ${tunnel.interface}`];
    if (settings !== undefined)
      throw new Refused(
        'not-restorable',
        `${title(name)}: ${tunnel.interface} has what edge-ramp could not put back after a teardown (${settings}): remove that by hand first, which may cut what uses it`,
      );
  }
}

/** A device of our name that leads elsewhere, or a route to BIG-IP's end that does, is another's. */
function refuseForeign({ name, spec, applied }: Wanted, { state }: Observation<RampFacts>): void {
  const named = [spec, ...(applied ? [applied] : [])];
  for (const { tunnel } of named) {
    const value = state[`tunnel ${tunnel.interface}`];
    const remotes = named.map((each) => `remote ${bigipUnit(each).address} `);
    if (value !== undefined && !remotes.some((remote) => value.startsWith(remote)))
      throw new Refused(
        'object-foreign',
        `${title(name)} already has a ${tunnel.interface} that is not this tunnel's (${value}): declare another tunnel.interface, or remove it, which cuts what goes through it`,
      );
  }
  for (const each of named) {
    const value = state[`route ${tunnelAddress(each)}`];
    if (value !== undefined && !named.some(({ tunnel }) => deviceOf(value) === tunnel.interface))
      throw new Refused(
        'route-foreign',
        `${title(name)} already has a route to ${tunnelAddress(each)} that is not this tunnel's (${value}): remove it, which cuts what goes that way`,
      );
  }
}

function title(name: string): string {
  return `ramp node ${name}`;
}

/** What is worth knowing beside the changes. */
function remarks({ name, spec }: Wanted, { facts }: Observation<RampFacts>): readonly string[] {
  const found: string[] = [];
  if (facts.sdnAddressRemark !== '') found.push(`${title(name)}: ${facts.sdnAddressRemark}`);
  if (isPair(spec) && name.startsWith('i-'))
    found.push(
      `${title(name)} is an EC2 instance: is its network really an L2 network of your own? In a VPC keepalived cannot move ${spec.ramp.vip}, and no second node takes over`,
    );
  for (const script of facts.bootScripts)
    found.push(
      `${title(name)} runs ${script} when it boots, which builds a ramp as the published procedure does: it takes away tun1 and may take away br0, and with them all traffic of the node and what edge-ramp made; take it out of the boot (RUNBOOK, "A foreign boot script")`,
    );
  if (facts.reportRemark !== '') found.push(`${title(name)}: ${facts.reportRemark}`);
  return found;
}

function immutable(object: string, from: string, to: string): boolean {
  const [kind] = object.split(' ');
  // While what it looks at changes, a report would find it missing, and the virtual IP would move: it ends before and begins after.
  if (kind === 'report') return looksElsewhere(from, to);
  return kind === 'address' || (kind === 'route' && standsBeside(from, to));
}

/** The kernel drops a device's routes with the device, and with its last address (LX-22). */
function dependents(object: string, state: State): readonly string[] {
  const [kind, name] = object.split(' ') as [string, string];
  const last = !Object.keys(state).some((other) => other !== object && other.startsWith(`address ${name} `));
  return kind === 'tunnel' || (kind === 'address' && last)
    ? Object.keys(state).filter((other) => other.startsWith('route ') && deviceOf(state[other]) === name)
    : [];
}

/**
 * An old tunnel device goes first (the kernel has only one between two ends), then the new way is built from the outside in: firewall, tunnel,
 * address on tun0 before the flows (flows without it cut local traffic), a new gateway rule before the flows that it replaces go, all flows in
 * one bundle. What the old way needed goes last; so does a device's old address, whose new one keeps the routes.
 */
function rank({ verb, object }: Operation, all: readonly Operation[]): number {
  const [kind, name] = object.split(' ') as [string, string];
  const place = ['input', 'tunnel', 'link', 'address', 'route', 'claim', 'tun0', 'nat', 'flow', 'report'].indexOf(
    kind === 'address' && name === 'tun0' ? 'tun0' : kind,
  );
  // The report begins when all that it looks at is there, and ends before any of it goes.
  if (kind === 'report') return verb === 'delete' ? -place : 200;
  if (verb !== 'delete' || kind === 'flow') return place;
  // An address that is made anew in another form has itself no successor.
  const succeeded =
    kind === 'address' &&
    all.some(
      (other) => other.verb === 'create' && other.object !== object && other.object.startsWith(`address ${name} `),
    );
  return ['route', 'address', 'link', 'tunnel'].includes(kind) && !succeeded && name !== 'tun0' ? -place : 100 - place;
}

function interrupts({ verb, object, from, to }: Operation): string | undefined {
  const [kind, name] = object.split(' ') as [string, string];
  const source = (value: string | undefined): string | undefined => /mod_nw_src:([0-9.]+)/.exec(value ?? '')?.[1];
  if (kind === 'tunnel' && verb === 'modify') return 'traffic stops until both ends of the tunnel agree';
  if (verb === 'delete' && ['tunnel', 'link', 'route', 'nat'].includes(kind))
    return 'traffic through the tunnel stops until its successor stands';
  if (verb === 'delete' && kind === 'address') return `connections that use ${object.split(' ')[2]} on ${name} are cut`;
  if (kind === 'flow' && source(from) !== undefined && source(to) !== undefined && source(from) !== source(to))
    return 'connections are cut: Pods see another source address';
  return undefined;
}

/** What an operator calls each object; the rest in the device's own words. */
function describe(operation: Operation): string {
  const { verb, object, from, to } = operation;
  const [kind, name, address] = object.split(' ') as [string, string, string];
  const sign = { create: '+', delete: '-', modify: '~' }[verb];
  const value = (to ?? from)!;
  if (kind === 'input')
    return `${sign} firewall: let the tunnel (protocol 4) in from ${name}${to === 'ahead' ? ', ahead of any REJECT' : ''}`;
  if (kind === 'link') return `${sign} link ${name} up`;
  if (kind === 'address') return `${sign} address ${address}${value.startsWith('/') ? '' : ' '}${value} on ${name}`;
  if (kind === 'route' && verb !== 'modify') return `${sign} route to ${name}: ${value}`;
  if (kind === 'claim') return `${sign} address ${name} reserved, so that the CNI gives it to no Pod`;
  if (kind === 'report') return `${sign} health report for the virtual IP (${value})`;
  if (kind === 'nat') return `${sign} SNAT of ${name} ${value} on tun0`;
  return describeWords(operation);
}
