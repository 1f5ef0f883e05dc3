import type { Plugin } from '../../lab/hosts/node/settings';
import { CLIENT, podHost } from '../../lab/kernel/network/network';
import { A, B, BIGIP, CLUSTER, F5, POD, Site, WORKER } from './support/network-site';

const T1 = '10.3.91.216';
const T2 = '10.3.91.217';
/** The own address inside the tunnel of a pair's unit. */
const INNER = '10.3.91.221';
const RAMP_SDN_IP = '10.129.0.254';

let site: Site;

/** Both ends of the tunnel, and the door in the stock firewall. */
async function tunnel(): Promise<void> {
  await site.type(
    BIGIP,
    `ip tunnel add SDN mode ipip local ${F5} remote 10.3.89.89 && ip addr add ${T1}/24 dev SDN && ip link set SDN up && ip route add ${CLUSTER} dev SDN`,
  );
  await site.type(
    A,
    `ip tunnel add tun1 mode ipip remote ${F5} dev eth0 && ip addr add ${T2} dev tun1 && ip link set tun1 up && ip route add ${T1} dev tun1
     iptables -w -I INPUT 1 -p 4 -s ${F5} -j ACCEPT`,
  );
}

/** The corrected four flows for release 3.11's tables. */
async function fourFlows(): Promise<void> {
  const [port, mac] = [await site.port(A, 'tun0'), await site.mac(A)];
  await site.type(
    A,
    `ip addr add ${RAMP_SDN_IP} dev tun0
     ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<X
cookie=0x999,table=0,priority=2000,in_port=${port},ip,nw_src=${T1},nw_dst=${CLUSTER},actions=load:0->NXM_NX_REG0[],mod_nw_src:${RAMP_SDN_IP},goto_table:30
cookie=0x999,table=0,priority=2000,in_port=${port},arp,arp_spa=${RAMP_SDN_IP},arp_tpa=${CLUSTER},actions=goto_table:30
cookie=0x999,table=30,priority=2000,arp,arp_tpa=${RAMP_SDN_IP},actions=output:${port}
cookie=0x999,table=30,priority=2000,ip,nw_dst=${RAMP_SDN_IP},actions=mod_dl_dst:${mac},mod_nw_dst:${T1},output:${port}
X`,
  );
}

describe.each<Plugin>(['subnet', 'multitenant', 'networkpolicy'])(
  'from a BIG-IP to the Pods, with ovs-%s',
  (plugin) => {
    beforeAll(async () => {
      site = await Site.open(plugin);
    });
    afterAll(() => site.close());

    test('Pods of all nodes reach each other through br0 and VXLAN', async () => {
      for (const to of Object.values(POD)) expect(await site.answered(podHost(B, POD.mate), to)).toBe(3);
    });

    test('the client reaches the BIG-IP and nobody else', async () => {
      expect(await site.answered(CLIENT, BIGIP)).toBe(3);
      expect(await site.answered(CLIENT, F5)).toBe(0);
      expect(await site.answered(CLIENT, POD.near)).toBe(0);
    });

    test('without a tunnel no Pod answers, with a tunnel alone none on another node', async () => {
      for (const to of Object.values(POD)) expect(await site.answered(BIGIP, to)).toBe(0);
      await tunnel();
      expect(await site.answered(BIGIP, T2)).toBe(3);
      for (const to of [POD.far, POD.mate]) expect(await site.answered(BIGIP, to)).toBe(0);
    });

    test('with the corrected four flows every Pod answers', async () => {
      await fourFlows();
      for (const to of Object.values(POD)) expect(await site.answered(BIGIP, to)).toBe(3);
    });

    test('a packet from an own inner address finds no way back without a route to it', async () => {
      await site.type(BIGIP, `ip addr add ${INNER}/24 dev SDN`);
      expect(await site.answered(BIGIP, T2, INNER)).toBe(0);
      await site.type(A, `ip route add ${INNER}/32 dev tun1`);
      expect(await site.answered(BIGIP, T2, INNER)).toBe(3);
      for (const to of [POD.far, POD.mate]) expect(await site.answered(BIGIP, to, INNER)).toBe(0);
    });

    test('with an SNAT rule for it every Pod answers, and those that the flows serve answer as before', async () => {
      await site.type(A, `iptables -w -t nat -I POSTROUTING 1 -s ${INNER} -o tun0 -j SNAT --to-source 10.129.0.1`);
      for (const to of Object.values(POD)) {
        expect(await site.answered(BIGIP, to, INNER)).toBe(3);
        expect(await site.answered(BIGIP, to, T1)).toBe(3);
      }
    });

    test('no datapath has lost a packet on the way to ovs-vswitchd', async () => {
      for (const node of [A, B, WORKER]) expect(await site.network.lost(node)).toBe(0);
    });
  },
);
