import { hostOf, networkOf } from '../address';
import { parseFlow, type Flow } from './flows';
import type { NodeSettings } from './node';

export type Plugin = 'subnet' | 'multitenant' | 'networkpolicy';

/** The SDN's flows of OpenShift 3.11 in br0 for one node, its Pods (project default, VNID 0) and one other node. */
export function pipelineFlows({
  address,
  plugin,
  gateway: cidr,
  clusterNetwork: cluster,
  pods,
  other,
}: NodeSettings): Flow[] {
  const [gateway, subnet] = [hostOf(cidr), networkOf(cidr)];
  const policy = plugin === 'networkpolicy';
  const only = (wanted: boolean, ...flows: string[]): string[] => (wanted ? flows : []);
  const tunnelId = 'move:NXM_NX_TUN_ID[0..31]->NXM_NX_REG0[],goto_table:10';
  const version = { subnet: '00', multitenant: '01', networkpolicy: '02' }[plugin];
  const drops = [10, 20, 25, 40, 50, 60, 70, 80, 90, 110, 120].filter((table) => policy || table !== 25);
  const table = (number: number, ...flows: string[]): string[] => flows.map((flow) => `table=${number},${flow}`);
  return [
    ...table(
      0,
      ...only(
        policy,
        `priority=300,ip,ct_state=-trk,actions=ct(table=0)`,
        `priority=400,ip,in_port=2,nw_src=${gateway},actions=goto_table:30`,
        `priority=300,ip,in_port=2,nw_src=${subnet},nw_dst=${cluster},actions=goto_table:25`,
      ),
      `priority=200,arp,in_port=1,arp_spa=${cluster},arp_tpa=${subnet},actions=${tunnelId}`,
      `priority=200,ip,in_port=1,nw_src=${cluster},actions=${tunnelId}`,
      `priority=200,ip,in_port=1,nw_dst=${cluster},actions=${tunnelId}`,
      'priority=150,in_port=1,actions=drop',
      'priority=250,ip,in_port=2,nw_dst=224.0.0.0/4,actions=drop',
      `priority=200,arp,in_port=2,arp_spa=${gateway},arp_tpa=${cluster},actions=goto_table:30`,
      'priority=200,ip,in_port=2,actions=goto_table:30',
      'priority=150,in_port=2,actions=drop',
      'priority=100,arp,actions=goto_table:20',
      'priority=100,ip,actions=goto_table:20',
      'priority=0,actions=drop',
    ),
    ...table(10, `priority=100,tun_src=${other.address},actions=goto_table:30`),
    ...table(
      21,
      'priority=0,actions=goto_table:30',
      ...only(policy, `priority=200,ip,nw_dst=${cluster},actions=ct(commit,table=30)`),
    ),
    ...table(
      30,
      `priority=300,arp,arp_tpa=${gateway},actions=output:2`,
      `priority=200,arp,arp_tpa=${subnet},actions=goto_table:40`,
      `priority=100,arp,arp_tpa=${cluster},actions=goto_table:50`,
      `priority=300,ip,nw_dst=${gateway},actions=output:2`,
      ...only(policy, `priority=300,ct_state=+rpl,ip,nw_dst=${subnet},actions=ct(table=70,nat)`),
      `priority=200,ip,nw_dst=${subnet},actions=goto_table:70`,
      'priority=100,ip,nw_dst=172.30.0.0/16,actions=goto_table:60',
      `priority=100,ip,nw_dst=${cluster},actions=goto_table:90`,
      'priority=50,ip,in_port=1,nw_dst=224.0.0.0/4,actions=goto_table:120',
      'priority=25,ip,nw_dst=224.0.0.0/4,actions=goto_table:110',
      'priority=0,ip,actions=goto_table:100',
      'priority=0,arp,actions=drop',
    ),
    ...table(60, policy ? 'priority=200,actions=output:2' : 'priority=200,reg0=0,actions=output:2'),
    ...table(
      80,
      `priority=300,ip,nw_src=${gateway},actions=output:NXM_NX_REG2[]`,
      ...only(plugin === 'subnet', 'priority=200,actions=output:NXM_NX_REG2[]'),
      ...only(
        plugin === 'multitenant',
        'priority=200,reg0=0,actions=output:NXM_NX_REG2[]',
        'priority=200,reg1=0,actions=output:NXM_NX_REG2[]',
      ),
      ...only(
        policy,
        'priority=200,ct_state=+rpl,ip,actions=output:NXM_NX_REG2[]',
        'priority=50,reg1=0,actions=output:NXM_NX_REG2[]',
      ),
    ),
    ...table(
      50,
      `priority=100,arp,arp_tpa=${other.subnet},actions=move:NXM_NX_REG0[]->NXM_NX_TUN_ID[0..31],set_field:${other.address}->tun_dst,output:1`,
    ),
    ...table(
      90,
      `priority=100,ip,nw_dst=${other.subnet},actions=move:NXM_NX_REG0[]->NXM_NX_TUN_ID[0..31],set_field:${other.address}->tun_dst,output:1`,
    ),
    ...table(
      100,
      ...['tcp', 'udp'].map((dns) => `priority=200,${dns},${dns}_dst=53,nw_dst=${address},actions=output:2`),
      'priority=0,actions=goto_table:101',
    ),
    ...table(101, 'priority=0,actions=output:2'),
    ...table(111, 'priority=100,actions=goto_table:120'),
    ...table(253, `actions=note:${version}.07`),
    ...drops.flatMap((number) => table(number, 'priority=0,actions=drop')),
    ...pods.flatMap((pod, i) => {
      const port = i + 4;
      const mac = `00:00:${pod
        .split('.')
        .map((part) => Number(part).toString(16).padStart(2, '0'))
        .join(':')}/00:00:ff:ff:ff:ff`;
      return [
        ...table(
          20,
          `priority=100,arp,in_port=${port},arp_spa=${pod},arp_sha=${mac},actions=load:0->NXM_NX_REG0[],goto_table:21`,
          `priority=100,ip,in_port=${port},nw_src=${pod},actions=load:0->NXM_NX_REG0[],goto_table:21`,
        ),
        ...only(policy, ...table(25, `priority=100,ip,nw_src=${pod},actions=load:0->NXM_NX_REG0[],goto_table:30`)),
        ...table(40, `priority=100,arp,arp_tpa=${pod},actions=output:${port}`),
        ...table(
          70,
          `priority=100,ip,nw_dst=${pod},actions=load:0->NXM_NX_REG1[],load:${port}->NXM_NX_REG2[],goto_table:80`,
        ),
      ];
    }),
  ].map((flow) => parseFlow(flow, {}));
}
