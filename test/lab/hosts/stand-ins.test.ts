import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BASTION, BIGIP, clientKey, closeAll, hostKey, newKey, NODE, open, script } from './bench';

afterAll(closeAll);

/** What the product's bastion script does: the key from an agent of its own, the host key pinned. */
const session = (key: string, pinned: string, options: string, line: string): string => `
  set -eu
  eval "$(ssh-agent -s)" >/dev/null; trap 'ssh-agent -k >/dev/null' EXIT
  printf '%s\\n' '${key}' | ssh-add -q - 2>/dev/null
  printf '%s\\n' '${pinned}' > "$EDGE_RAMP_ROOT/known"
  ssh -T -n -o BatchMode=yes -o UserKnownHostsFile="$EDGE_RAMP_ROOT/known" ${options} '${line}'`;
const pinned = `${BIGIP} ${hostKey}`;

describe('bash scripts on a simulated host', () => {
  it('run the host’s own ip and ovs-ofctl, with stdin', async () => {
    const hosts = await open();
    const ran = await script(
      hosts,
      NODE,
      `ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0 && ip -o tunnel show tun1
       printf 'add cookie=0x999,table=0,priority=2000,in_port=2,ip,nw_src=%s,actions=goto_table:30\\n' 10.3.91.216 | ovs-ofctl -O OpenFlow13 --bundle add-flows br0 -
       ovs-ofctl -O OpenFlow13 dump-flows br0 cookie=0x999/-1 | sed 's/ duration=[^ ]*//'`,
    );
    expect(ran.err).toBe('');
    expect(ran.out).toBe(
      'tun1: ip/ip remote 10.3.89.66 local any dev eth0 ttl inherit\n' +
        'OFPST_FLOW reply (OF1.3) (xid=0x2):\n' +
        ' cookie=0x999, table=0, n_packets=0, n_bytes=0, priority=2000,ip,in_port=2,nw_src=10.3.91.216 actions=goto_table:30\n',
    );
    const t = await script(hosts, NODE, 'time (for i in {1..20}; do ip link show dev tun0 >/dev/null; done); time ovs-ofctl -O OpenFlow13 dump-flows br0 >/dev/null');
    console.log(t.err);
  });

  it('reach BIG-IP through the real ssh-agent', async () => {
    const hosts = await open();
    const ran = await script(hosts, BASTION, session(clientKey.privateKey, pinned, `edge-ramp@${BIGIP}`, 'list net self self-internal'));
    expect(ran).toMatchObject({ code: 0, err: '', out: expect.stringContaining('net self self-internal {\n    address 10.3.89.66/24\n') });
  });
});
