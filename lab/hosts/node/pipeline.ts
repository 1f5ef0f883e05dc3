import { hostOf, networkOf } from '../address';
import { parseFlow, type Flow } from './flows';
import { networksOf, type NodeSettings, type OtherNode } from './settings';

/** OpenShift 3.11's flows in br0, a line each, with the plugins that have it: s(ubnet), m(ultitenant), n(etworkpolicy). */
const NODE_FLOWS = `
n   table=0,priority=300,ip,ct_state=-trk,actions=ct(table=0)
smn table=0,priority=200,arp,in_port=1,arp_spa=CLUSTER,arp_tpa=SUBNET,actions=move:NXM_NX_TUN_ID[0..31]->NXM_NX_REG0[],goto_table:10
smn table=0,priority=200,ip,in_port=1,nw_src=CLUSTER,actions=move:NXM_NX_TUN_ID[0..31]->NXM_NX_REG0[],goto_table:10
smn table=0,priority=200,ip,in_port=1,nw_dst=CLUSTER,actions=move:NXM_NX_TUN_ID[0..31]->NXM_NX_REG0[],goto_table:10
smn table=0,priority=150,in_port=1,actions=drop
n   table=0,priority=400,ip,in_port=2,nw_src=GATEWAY,actions=goto_table:30
n   table=0,priority=300,ip,in_port=2,nw_src=SUBNET,nw_dst=CLUSTER,actions=goto_table:25
smn table=0,priority=250,ip,in_port=2,nw_dst=224.0.0.0/4,actions=drop
smn table=0,priority=200,arp,in_port=2,arp_spa=GATEWAY,arp_tpa=CLUSTER,actions=goto_table:30
smn table=0,priority=200,ip,in_port=2,actions=goto_table:30
smn table=0,priority=150,in_port=2,actions=drop
smn table=0,priority=100,arp,actions=goto_table:20
smn table=0,priority=100,ip,actions=goto_table:20
smn table=0,priority=0,actions=drop
smn table=10,priority=0,actions=drop
smn table=20,priority=0,actions=drop
n   table=21,priority=200,ip,nw_dst=CLUSTER,actions=ct(commit,table=30)
smn table=21,priority=0,actions=goto_table:30
n   table=25,priority=0,actions=drop
smn table=30,priority=300,arp,arp_tpa=GATEWAY,actions=output:2
smn table=30,priority=200,arp,arp_tpa=SUBNET,actions=goto_table:40
smn table=30,priority=100,arp,arp_tpa=CLUSTER,actions=goto_table:50
smn table=30,priority=300,ip,nw_dst=GATEWAY,actions=output:2
n   table=30,priority=300,ct_state=+rpl,ip,nw_dst=SUBNET,actions=ct(table=70,nat)
smn table=30,priority=200,ip,nw_dst=SUBNET,actions=goto_table:70
smn table=30,priority=100,ip,nw_dst=172.30.0.0/16,actions=goto_table:60
smn table=30,priority=100,ip,nw_dst=CLUSTER,actions=goto_table:90
smn table=30,priority=50,ip,in_port=1,nw_dst=224.0.0.0/4,actions=goto_table:120
smn table=30,priority=25,ip,nw_dst=224.0.0.0/4,actions=goto_table:110
smn table=30,priority=0,ip,actions=goto_table:100
smn table=30,priority=0,arp,actions=drop
smn table=40,priority=0,actions=drop
smn table=50,priority=0,actions=drop
sm  table=60,priority=200,reg0=0,actions=output:2
n   table=60,priority=200,actions=output:2
smn table=60,priority=0,actions=drop
smn table=70,priority=0,actions=drop
smn table=80,priority=300,ip,nw_src=GATEWAY,actions=output:NXM_NX_REG2[]
s   table=80,priority=200,actions=output:NXM_NX_REG2[]
m   table=80,priority=200,reg0=0,actions=output:NXM_NX_REG2[]
m   table=80,priority=200,reg1=0,actions=output:NXM_NX_REG2[]
n   table=80,priority=200,ct_state=+rpl,ip,actions=output:NXM_NX_REG2[]
n   table=80,priority=50,reg1=0,actions=output:NXM_NX_REG2[]
smn table=80,priority=0,actions=drop
smn table=90,priority=0,actions=drop
smn table=100,priority=200,tcp,tcp_dst=53,nw_dst=ADDRESS,actions=output:2
smn table=100,priority=200,udp,udp_dst=53,nw_dst=ADDRESS,actions=output:2
smn table=100,priority=0,actions=goto_table:101
smn table=101,priority=0,actions=output:2
smn table=110,priority=0,actions=drop
smn table=111,priority=100,actions=goto_table:120
smn table=120,priority=0,actions=drop
s   table=253,actions=note:00.07
m   table=253,actions=note:01.07
n   table=253,actions=note:02.07`;

/** The flows for another node. */
const OTHER_FLOWS = `
smn table=10,priority=100,tun_src=OTHER_ADDRESS,actions=goto_table:30
smn table=50,priority=100,arp,arp_tpa=OTHER_SUBNET,actions=move:NXM_NX_REG0[]->NXM_NX_TUN_ID[0..31],set_field:OTHER_ADDRESS->tun_dst,output:1
smn table=90,priority=100,ip,nw_dst=OTHER_SUBNET,actions=move:NXM_NX_REG0[]->NXM_NX_TUN_ID[0..31],set_field:OTHER_ADDRESS->tun_dst,output:1`;

/** A Pod's flows; all Pods here are in project default, VNID 0. */
const POD_FLOWS = `
smn table=20,priority=100,arp,in_port=PORT,arp_spa=POD,arp_sha=00:00:MAC/00:00:ff:ff:ff:ff,actions=load:0->NXM_NX_REG0[],goto_table:21
smn table=20,priority=100,ip,in_port=PORT,nw_src=POD,actions=load:0->NXM_NX_REG0[],goto_table:21
n   table=25,priority=100,ip,nw_src=POD,actions=load:0->NXM_NX_REG0[],goto_table:30
smn table=40,priority=100,arp,arp_tpa=POD,actions=output:PORT
smn table=70,priority=100,ip,nw_dst=POD,actions=load:0->NXM_NX_REG1[],load:PORT->NXM_NX_REG2[],goto_table:80`;

const hex = (address: string): string[] => address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));

/** A template's flows for a plugin, one for each network where it names the cluster's, with the words in capitals filled in. */
function fill(settings: NodeSettings, flows: string, words: Record<string, string>): Flow[] {
  return flows
    .split('\n')
    .filter((line) => line.slice(0, 3).includes(settings.plugin.charAt(0)))
    .flatMap((line) =>
      networksOf(settings).flatMap((network, i) =>
        i === 0 || line.includes('CLUSTER') ? line.replaceAll('CLUSTER', network) : [],
      ),
    )
    .map((line) =>
      parseFlow(
        line.slice(4).replace(/\b[A-Z_]{3,}\b/g, (word) => words[word] ?? word),
        {},
      ),
    );
}

export const otherFlows = (settings: NodeSettings, { address, subnet }: OtherNode): Flow[] =>
  fill(settings, OTHER_FLOWS, { OTHER_ADDRESS: address, OTHER_SUBNET: subnet });

/** What the SDN programs for one node, its Pods and the other nodes. */
export function pipelineFlows(settings: NodeSettings): Flow[] {
  const { address, gateway, pods, others } = settings;
  return [
    ...fill(settings, NODE_FLOWS, { ADDRESS: address, GATEWAY: hostOf(gateway), SUBNET: networkOf(gateway) }),
    ...others.flatMap((other) => otherFlows(settings, other)),
    ...pods.flatMap((pod, i) => fill(settings, POD_FLOWS, { POD: pod, PORT: String(i + 4), MAC: hex(pod).join(':') })),
  ];
}
