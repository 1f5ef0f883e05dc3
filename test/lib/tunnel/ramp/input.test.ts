import { bridgeFlows } from '../pipelines';
import { BRIDGE } from '../world';
import { read, replies } from './observed-node';

const OURS = '-A INPUT -s 10.3.89.66/32 -p ipv4 -m comment --comment "edge-ramp:edge-a" -j ACCEPT';

/** Where the rule stands in a chain of these rules, or undefined: it is not there. */
function place(...rules: readonly string[]): string | undefined {
  const chain = ['-P INPUT ACCEPT', ...rules];
  return read(replies(bridgeFlows(BRIDGE), { 'iptables -w -S INPUT': [chain, 0] })).state['input 10.3.89.66'];
}

describe('a rule ahead of ours that turns packets away', () => {
  test.each([
    '-A INPUT -s 203.0.113.9/32 -p tcp -m tcp --dport 22 -j DROP',
    '-A INPUT -p tcp -j DROP',
    '-A INPUT -p icmp -m icmp --icmp-type 8 -j DROP',
    '-A INPUT -p 47 -j REJECT',
    '-A INPUT -s 203.0.113.0/24 -j DROP',
    '-A INPUT -s 10.3.89.64/31 -j DROP',
    '-A INPUT -i lo -j DROP',
    '-A INPUT -i docker0 -m comment --comment "of ours: -p 4" -j DROP',
    '-A INPUT -p udp -m comment --comment "no -j DROP" -j REJECT --reject-with icmp-port-unreachable',
  ])('does not count where it cannot meet BIG-IP: %s', (rule) => expect(place(rule, OURS)).toBe('ahead'));

  test.each([
    '-A INPUT -j DROP',
    '-A INPUT -j REJECT --reject-with icmp-host-prohibited',
    '-A INPUT -p ipencap -j DROP',
    '-A INPUT -p 4 -j DROP',
    '-A INPUT -s 10.3.89.66/32 -j DROP',
    '-A INPUT -s 10.3.89.66/31 -j DROP',
    '-A INPUT -s 10.0.0.0/8 -i eth0 -j DROP',
    '-A INPUT -s 0.0.0.0/0 -j DROP',
    '-A INPUT -i eth+ -j DROP',
    '-A INPUT -i eth0 -j DROP',
  ])('counts where it can: %s', (rule) => expect(place(rule, OURS)).toBe('behind'));

  test.each([
    '-A INPUT ! -p tcp -j DROP',
    '-A INPUT ! -s 203.0.113.0/24 -j DROP',
    '-A INPUT ! -i lo -j DROP',
    '-A INPUT -p whatever -j DROP',
    '-A INPUT -s 203.0.113.0/255.255.255.0 -j DROP',
    '-A INPUT -m set --match-set blocked src -j DROP',
    '-A INPUT -m state --state INVALID -j DROP',
    '-A INPUT -m comment --comment "-p tcp" -j DROP',
  ])('counts where it is not understood: %s', (rule) => expect(place(rule, OURS)).toBe('behind'));

  test('is none where a chain of somebody else decides', () =>
    expect(place('-A INPUT -m comment --comment "firewall overrides" -j OPENSHIFT-FIREWALL-ALLOW', OURS)).toBe(
      'ahead',
    ));
});

describe('our rule', () => {
  test.each(['4', 'ipencap', 'ipv4', 'IP-ENCAP'])('is known by whatever name protocol 4 has here: %s', (name) =>
    expect(place(OURS.replace('ipv4', name))).toBe('ahead'),
  );

  test.each([
    ['for another protocol', OURS.replace('ipv4', 'tcp')],
    ['for another source', OURS.replace('10.3.89.66', '10.3.89.67')],
    ["of another tunnel's", OURS.replace('edge-a', 'edge-a2')],
    ['that turns packets away', OURS.replace('ACCEPT', 'DROP')],
  ])('is not one %s', (_what, rule) => expect(place(rule)).toBeUndefined());
});
