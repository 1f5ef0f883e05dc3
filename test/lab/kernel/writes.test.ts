import { changes } from '../../../lab/kernel/writes';

const words = (line: string): [string, string[]] => [line.split(' ')[0]!, line.split(' ').slice(1)];

test.each([
  'ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0',
  'ip link set tun1 up',
  'ip addr del 10.3.91.217/32 dev tun1',
  'ip route replace 10.3.91.216/32 dev tun1',
  'iptables -w -I INPUT 1 -p 4 -j ACCEPT',
  'iptables -w -t nat -D POSTROUTING -j SNAT',
  'ovs-ofctl -O OpenFlow13 --bundle add-flows br0 -',
  'ovs-ofctl -O OpenFlow13 del-flows br0 cookie=0x999/-1',
  'conntrack -F',
])('%s configures a node', (line) => expect(changes(...words(line))).toBe(true));

test.each([
  'ip -o tunnel show tun1',
  'ip -o -4 addr show dev tun0',
  'ip -4 route show 10.3.91.216',
  'ip -o -4 route get 10.3.91.216',
  'ip -s link show dev tun1',
  'iptables -w -S INPUT',
  'iptables -w -C INPUT -p 4 -j ACCEPT',
  'ovs-ofctl -O OpenFlow13 dump-flows br0',
  'ovs-vsctl get Interface tun0 ofport',
  'ovs-appctl ofproto/trace br0 in_port=2,ip',
  'sysctl -n net.ipv4.ip_forward',
])('%s only tells', (line) => expect(changes(...words(line))).toBe(false));
