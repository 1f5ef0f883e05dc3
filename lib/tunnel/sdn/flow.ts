import type { ObjectKind } from '../device/kind';
import { Refused } from '../errors/errors';
import { tunnelAddress, type Tunnel } from '../declaration/tunnel';
import { asInBridge } from './another-bridge';
import { translatesByFlows, type SdnFacts } from './facts';
import { flowObject, flowValue, parseFlow, type Flow } from './openflow';
import type { Pipeline } from './pipeline';
import type { Sdn } from './tun0';
import { flowQuestions, wayIn } from './way';

/** Our flows beat the SDN's own, of which 4.6 and later have one at priority 1000 (OS-8). */
const PRIORITY = 2000;

/** The flows in br0 between BIG-IP and the Pods. All change in one bundle. */
export const flow: ObjectKind<SdnFacts> = {
  kind: 'flow',
  questions: flowQuestions,
  read: (look) => look.once(wayIn).flows.map((each) => ({ object: flowObject(each), value: flowValue(each) })),
  refuse({ name, spec }, { facts: { strangeFlows } }, shallExist) {
    if (shallExist && strangeFlows.length > 0)
      throw new Refused(
        'flows-foreign',
        `ramp node ${name}: br0 has flows with cookie ${spec.cookie} that are not this tunnel's (${strangeFlows[0]}): declare another cookie`,
      );
  },
  desired({ spec }, { facts }) {
    if (!translatesByFlows(spec, facts)) return {};
    const { sdn, pipeline, sdnAddress } = facts;
    const flows = snatFlows(spec, sdn!, pipeline!, sdnAddress!);
    return Object.fromEntries(flows.map((each) => [flowObject(each), flowValue(each)]));
  },
  turn: () => 'in place',
  asNow: (wrote, found, { sdn }) => (sdn === null ? undefined : asInBridge(sdn, wrote, found)),
  cuts({ from, to }) {
    const source = (value: string | undefined): string | undefined => /mod_nw_src:([0-9.]+)/.exec(value ?? '')?.[1];
    return source(from) !== undefined && source(to) !== undefined && source(from) !== source(to)
      ? 'connections are cut: Pods see another source address'
      : undefined;
  },
};

/**
 * The corrected set of flows (OS-7, OS-15): to the Pods under RAMP_SDN_IP and back, ARP both ways. The last one rewrites
 * the destination MAC too: Pods keep a rebuilt tun0's old MAC for up to 47 s.
 */
export function snatFlows(
  spec: Tunnel,
  { port, mac }: Sdn,
  { entry, routing }: Pipeline,
  address: string,
): readonly Flow[] {
  const source = tunnelAddress(spec);
  const text = [
    ...spec.clusterNetworks.flatMap((cluster) => [
      `table=0,priority=${PRIORITY},in_port=${port},ip,nw_src=${source},nw_dst=${cluster},actions=load:0->NXM_NX_REG0[],mod_nw_src:${address},goto_table:${entry}`,
      `table=0,priority=${PRIORITY},in_port=${port},arp,arp_spa=${address},arp_tpa=${cluster},actions=goto_table:${entry}`,
    ]),
    `table=${routing},priority=${PRIORITY},arp,arp_tpa=${address},actions=output:${port}`,
    `table=${routing},priority=${PRIORITY},ip,nw_dst=${address},actions=mod_dl_dst:${mac},mod_nw_dst:${source},output:${port}`,
  ];
  return text.map((line) => parseFlow(`cookie=${spec.cookie},${line}`, port));
}
