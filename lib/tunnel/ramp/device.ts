import { Device } from '../device/device';
import { readNodeAnswers } from '../device/iproute';
import type { Observation, Wanted } from '../device/observation';
import { Refused } from '../errors/errors';
import { address as sdnAddress } from '../sdn/address';
import { claim } from '../sdn/claim';
import { flow } from '../sdn/flow';
import { SDN_QUESTIONS, wayIn } from '../sdn/way';
import { isRampPair } from '../declaration/tunnel';
import { address } from './address';
import type { RampFacts } from './facts';
import { input } from './input';
import { link } from './link';
import { nat } from './nat';
import { probes, proofs } from './proofs';
import { readReport, report } from './report';
import { route } from './route';
import { tunnel } from './tunnel';

/**
 * A ramp node: the far end of the tunnel, and the way into the SDN. A run removes an old tunnel device first. It builds the new way from the outside
 * in: firewall, tunnel, a new gateway rule before it removes the flows that this replaces. It removes what only the old way needed last.
 */
export const ramp = new Device<RampFacts>({
  title: 'ramp node',
  role: 'ramp',
  scripts: {
    sender: 'RampNodes',
    what: 'a ramp node',
    objects: 'tunnel, addresses, firewall rule, flows and health report',
    proof:
      'The node that has the tunnel pings BIG-IP through it; the other one of a pair is proven by its configuration.',
    files: ['ramp-objects.sh', 'vip-report.sh', 'ramp-report.sh'],
    parameters: [],
  },
  devices: (declared) =>
    declared.kind === 'ramp' ? declared.ramp.nodes.map(({ instance }) => ({ name: instance, instance })) : [],
  several: true,
  answers: readNodeAnswers,
  objects: [input, tunnel, link, address, route, claim, sdnAddress, nat, flow, report],
  facts: {
    questions: () => ['forwarding', 'boot', ...SDN_QUESTIONS],
    read: (look) => ({
      ...look.once(wayIn).facts,
      forwarding: look.answer('forwarding').lines[0] === '1',
      bootScripts: look.answer('boot').lines.filter((line) => line !== ''),
      reportRemark: look.once(readReport).remark,
    }),
  },
  probes,
  proofs,
  refuse,
  remarks,
});

/** Refuses a node that is no way into the SDN. A teardown does not need one. */
function refuse({ name }: Wanted, { facts }: Observation<RampFacts>, shallExist: boolean): void {
  if (!shallExist) return;
  if (facts.sdn === null || facts.pipeline === null) {
    const { code, message } = facts.pipelineProblem!;
    throw new Refused(code, message);
  }
  if (!facts.forwarding)
    throw new Refused(
      'forwarding-off',
      `ramp node ${name}: net.ipv4.ip_forward is not 1, so it forwards nothing; the SDN needs it too`,
    );
}

function remarks({ name, spec }: Wanted, { facts }: Observation<RampFacts>): readonly string[] {
  const title = `ramp node ${name}`;
  return [
    ...(facts.sdnAddressRemark === '' ? [] : [`${title}: ${facts.sdnAddressRemark}`]),
    ...(isRampPair(spec) && name.startsWith('i-')
      ? [
          `${title} is an EC2 instance: is its network really an L2 network of your own? In a VPC keepalived cannot move ${spec.ramp.vip}, and no second node takes over`,
        ]
      : []),
    ...facts.bootScripts.map(
      (script) =>
        `${title} runs ${script} when it boots, which builds a ramp as the published procedure does: it takes away tun1 and may take away br0, and with them all traffic of the node and what edge-ramp made; take it out of the boot (RUNBOOK, "A foreign boot script")`,
    ),
  ];
}
