import { Device, type Destination } from '../device/device';
import type { Observation, Wanted } from '../device/observation';
import type { Operation } from '../device/operation';
import { Refused } from '../errors/errors';
import { address as sdnAddress } from '../sdn/address';
import { claim } from '../sdn/claim';
import { flow } from '../sdn/flow';
import { refuseOnOvn, remarksOnOvn, remarkWithoutRules } from '../ovn/rules';
import { contains, parseCidr } from '../declaration/address';
import { isRampPair, rampName, rampNode, type RampNode, type Tunnel } from '../declaration/tunnel';
import { address } from './address';
import type { RampFacts } from './facts';
import { forwarding, forwardsEverywhere } from './forwarding';
import { holderQuestion, readHolders } from './holders';
import { input } from './input';
import { link } from './link';
import { nat } from './nat';
import { probes, proofs } from './proofs';
import { keeper, readKeeper } from './keeper';
import { keeps } from './keeps';
import { route } from './route';
import { tunnel } from './tunnel';
import { readWay, wayQuestions } from './way';

/**
 * A ramp node: the far end of the tunnel, and the way into the cluster network, by OpenShift SDN or by OVN-Kubernetes (ADR 0029). A run removes an
 * old tunnel device first. It builds the new way from the outside in: firewall, tunnel, a new gateway rule before it removes the flows that this
 * replaces. It removes what only the old way needed last.
 */
export const ramp = new Device<RampFacts>({
  title: 'ramp node',
  role: 'ramp',
  scripts: {
    sender: 'RampNodes',
    what: 'a ramp node',
    objects: 'tunnel, addresses, firewall rule, flows and keeper',
    proof:
      'The node that has the tunnel pings BIG-IP through it; the other one of a pair is proven by its configuration.',
    files: ['ramp-objects.sh', 'keeper-unit.sh'],
    changes: ['ramp-make.sh'],
    installs: {
      name: 'keeper',
      files: ['prelude.sh', 'ramp-objects.sh', 'ramp-make.sh', 'keeper-listens.sh', 'keeper-looks.sh', 'keeper.sh'],
    },
    parameters: [],
    byOc: { role: 'admin', file: 'node-by-oc.sh', parameters: ['Kubeconfig', 'Node'] },
  },
  devices: (declared) => (declared.kind === 'ramp' ? declared.ramp.nodes.map((node) => reached(node, declared)) : []),
  parameters: ({ name, spec }) =>
    spec.kind === 'ramp' && rampNode(name, spec).reach === 'oc'
      ? { Kubeconfig: spec.cluster!.kubeconfig, Node: name }
      : {},
  several: true,
  keeps,
  healed: ({ healed }) => healed,
  inWords: () => true, // iproute2 of RHEL 7.3 and before prints two blanks where later ones print one (LX-24)
  objects: [input, tunnel, link, forwarding, address, route, claim, sdnAddress, nat, flow, keeper],
  facts: {
    questions: (subject) => ['forwarding', 'boot', holderQuestion(subject), ...wayQuestions(subject)],
    read: (look) => ({
      ...readWay(look),
      forwarding: forwardsEverywhere(look),
      ...readHolders(look),
      bootScripts: look.answer('boot').lines.filter((line) => line !== ''),
      keeperRemarks: look.once(readKeeper).remarks,
      healed: look.once(readKeeper).healed,
    }),
  },
  probes,
  proofs,
  provesAlong: 'after its change',
  refuse,
  remarks,
});

/** A node without an SSM agent is reached from the cluster's admin host. */
function reached(node: RampNode, { cluster }: Tunnel): Destination {
  const name = rampName(node);
  return node.reach === 'oc' ? { name, instance: cluster!.admin, byOc: true } : { name, instance: name };
}

/** Refuses a node that is no way into the cluster network. A teardown does not need one. */
function refuse(wanted: Wanted, { facts }: Observation<RampFacts>, shallExist: boolean): void {
  if (!shallExist) return;
  const { name, spec } = wanted;
  if (facts.wayProblem !== null) throw new Refused(facts.wayProblem.code, facts.wayProblem.message);
  if (facts.ovn !== null) refuseOnOvn(wanted, facts);
  else if (!facts.forwarding)
    throw new Refused(
      'forwarding-off',
      `ramp node ${name}: net.ipv4.ip_forward is not 1, so it forwards nothing; the SDN needs it too`,
    );
  const node = rampNode(name, spec);
  if (!facts.holders.includes(node.interface))
    throw new Refused(
      'interface-differs',
      `ramp node ${name}: ${node.address} is ${facts.holders.length === 0 ? 'on none of its interfaces' : `on ${facts.holders.join(', ')}`}, not on ${node.interface}: declare the interface that has the node's address`,
    );
}

function remarks(
  wanted: Wanted,
  { facts }: Observation<RampFacts>,
  operations: readonly Operation[],
): readonly string[] {
  const { name, spec } = wanted;
  const title = `ramp node ${name}`;
  return [
    ...(facts.ovn !== null && operations.some(({ verb }) => verb === 'create') ? remarksOnOvn(wanted) : []),
    ...remarkWithoutRules(wanted, facts),
    ...(facts.sdnAddressRemark === '' ? [] : [`${title}: ${facts.sdnAddressRemark}`]),
    ...(isRampPair(spec) && name.startsWith('i-')
      ? [
          `${title} is an EC2 instance: is its network really an L2 network of your own? In a VPC keepalived cannot move ${spec.ramp.vip}, and no second node takes over`,
        ]
      : []),
    ...remarkOnVip(wanted, facts),
    ...facts.bootScripts.map(
      (script) =>
        `${title} runs ${script} when it boots, which builds a ramp as the published procedure does: it takes away tun1 and may take away br0, and with them all traffic of the node and what edge-ramp made; take it out of the boot (RUNBOOK, "A foreign boot script")`,
    ),
  ];
}

/** Nothing forbids it, and it is the commonest slip of the pen where a pair is declared. */
function remarkOnVip({ name, spec }: Wanted, { network }: RampFacts): readonly string[] {
  const own = network === null ? undefined : parseCidr(network);
  if (!isRampPair(spec) || own === undefined || contains(own, spec.ramp.vip!)) return [];
  return [
    `ramp node ${name}: the virtual IP ${spec.ramp.vip} is not in the network of its ${rampNode(name, spec).interface} (${network}): no host there asks for it, so BIG-IP reaches it only where a router knows the way. Is an address of that network meant?`,
  ];
}
