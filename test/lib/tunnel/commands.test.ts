import * as fc from 'fast-check';
import { difference } from '../../../lib/tunnel/device/difference';
import { wire } from '../../../lib/tunnel/device/operation';
import { KINDS } from '../../../lib/tunnel/plan/devices';
import type { Plan } from '../../../lib/tunnel/plan/plan';
import { anyChangedSpecs, anySpecs, changedSpecs, sites, states } from './generators';
import { holds, printed } from './scripts';
import { listing } from './bigip-answer';
import { subject, EXAMPLE, Site, tunnel } from './site';
import { BRIDGE, freshWorld, publishedOnBigIp, publishedOnRamp } from './world';

/** The parameters of the command documents, as their patterns admit them: no quote, backslash, $, backtick, semicolon or brace. */
const PATTERNS = {
  Tunnel: /^[a-z][a-z0-9-]{0,31}$/,
  Management: /^(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])([.](25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}$/,
  User: /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/,
  Secret: /^[A-Za-z0-9/_+=.@-]{1,256}$/,
  HostKey: /^(ssh-ed25519|ecdsa-sha2-nistp256|ssh-rsa) [A-Za-z0-9+/=]{40,1000}$/,
  Digest: /^[0-9a-f]{16}$/,
  Saved: /^[0-9a-f]{16}$/,
  Questions: /^[A-Za-z0-9 ./:,|_=-]*$/,
  Operations: /^[A-Za-z0-9 ./:,|~_=>%@[\]()+-]*$/,
};

function sent(plan: Plan, kind: 'bigip' | 'ramp'): string[] {
  const works =
    kind === 'ramp'
      ? plan.work.shape.ramp
      : [...plan.work.detach.bigip, ...plan.work.shape.bigip, ...plan.work.attach.bigip];
  return works.flatMap(({ operations }) => [...operations]);
}

/** Without the keeper's, which are in ramp/keeper-unit.test.ts word for word. */
const commands = (site: Site, goal: 'declared' | 'absent' | 'recorded', kind: 'bigip' | 'ramp'): readonly string[] => {
  const operations = sent(site.plan(goal), kind).filter((operation) => !/^\w+~keeper /.test(operation));
  return printed(kind, site.spec.name, operations).commands;
};

describe('the commands of a fresh apply, word for word', () => {
  test('on the ramp node', () =>
    expect(commands(new Site(EXAMPLE), 'declared', 'ramp')).toEqual([
      'iptables -w -I INPUT 1 -p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT',
      'ip tunnel add tun1 mode ipip remote 10.3.89.66 local any dev eth0',
      'ip link set tun1 up',
      'ip addr add 10.3.91.217/32 dev tun1',
      'ip route add 10.3.91.216/32 dev tun1',
      'cd /var/lib/cni/networks/openshift-sdn && echo edge-ramp:edge-a > .edge-ramp:edge-a && ln .edge-ramp:edge-a 10.129.1.254 && rm .edge-ramp:edge-a',
      'ip addr add 10.129.1.254/32 dev tun0',
      'ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<END',
      'add cookie=0x999,table=0,priority=2000,arp,arp_spa=10.129.1.254,arp_tpa=10.128.0.0/14,in_port=2,actions=goto_table:30',
      'add cookie=0x999,table=0,priority=2000,ip,in_port=2,nw_dst=10.128.0.0/14,nw_src=10.3.91.216,actions=load:0->NXM_NX_REG0[],mod_nw_src:10.129.1.254,goto_table:30',
      'add cookie=0x999,table=30,priority=2000,arp,arp_tpa=10.129.1.254,actions=output:2',
      'add cookie=0x999,table=30,priority=2000,ip,nw_dst=10.129.1.254,actions=mod_dl_dst:4e:1f:a2:00:00:01,mod_nw_dst:10.3.91.216,output:2',
      'END',
    ]));

  test('on the ramp node with snat: gateway, one rule in place of address and flows', () =>
    expect(commands(new Site(tunnel({ snat: 'gateway' })), 'declared', 'ramp').slice(5)).toEqual([
      'iptables -w -t nat -I POSTROUTING 1 -s 10.3.91.216 -o tun0 -m comment --comment edge-ramp:edge-a -j SNAT --to-source 10.129.0.1',
    ]));

  test('on BIG-IP: virtual servers last, in one transaction, then saved', () =>
    expect(commands(new Site(EXAMPLE), 'declared', 'bigip')).toEqual([
      'create net tunnels tunnel /Common/SDN { profile ipip local-address 10.3.89.66 remote-address 10.3.89.89 description edge-ramp:edge-a }',
      'create net self /Common/SDN { address 10.3.91.216/24 vlan /Common/SDN allow-service all description edge-ramp:edge-a }',
      'create net route /Common/SDN_10.128.0.0_14 { network 10.128.0.0/14 interface /Common/SDN description edge-ramp:edge-a }',
      'create ltm snatpool /Common/SDN_snatpool { members add { 10.3.91.216 } description edge-ramp:edge-a }',
      'create cli transaction; modify ltm virtual /Common/https-ose-vserver source-address-translation { type snat pool /Common/SDN_snatpool }; modify ltm virtual /Common/ose-vserver source-address-translation { type snat pool /Common/SDN_snatpool }; submit cli transaction',
      'save sys config',
    ]));
});

describe('the commands of a teardown, word for word', () => {
  const site = new Site(EXAMPLE);
  site.apply();

  test('on the ramp node', () =>
    expect(commands(site, 'absent', 'ramp')).toEqual([
      'ip route del 10.3.91.216/32 dev tun1',
      'ip addr del 10.3.91.217/32 dev tun1',
      'ip link set tun1 down',
      'ip tunnel del tun1',
      'ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<END',
      'delete_strict cookie=0x999/-1,table=0,priority=2000,arp,arp_spa=10.129.1.254,arp_tpa=10.128.0.0/14,in_port=2',
      'delete_strict cookie=0x999/-1,table=0,priority=2000,ip,in_port=2,nw_dst=10.128.0.0/14,nw_src=10.3.91.216',
      'delete_strict cookie=0x999/-1,table=30,priority=2000,arp,arp_tpa=10.129.1.254',
      'delete_strict cookie=0x999/-1,table=30,priority=2000,ip,nw_dst=10.129.1.254',
      'END',
      'ip addr del 10.129.1.254/32 dev tun0',
      'rm /var/lib/cni/networks/openshift-sdn/10.129.1.254',
      'iptables -w -D INPUT -p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT',
    ]));

  test('on BIG-IP: virtual servers first', () =>
    expect(commands(site, 'absent', 'bigip')).toEqual([
      'create cli transaction; modify ltm virtual /Common/https-ose-vserver source-address-translation { type automap }; modify ltm virtual /Common/ose-vserver source-address-translation { type automap }; submit cli transaction',
      'show ltm snat-translation 10.3.91.216 field-fmt raw # every second until serverside.cur-conns is 0, for 60 s at most',
      'delete ltm snatpool /Common/SDN_snatpool',
      'delete net route /Common/SDN_10.128.0.0_14',
      'delete net self /Common/SDN',
      'delete net tunnels tunnel /Common/SDN',
      'save sys config',
    ]));
});

describe('the commands of a change, word for word', () => {
  const applied = (): Site => {
    const site = new Site(EXAMPLE);
    site.apply();
    return site;
  };

  test('a moved end of the tunnel: both sides change in place, never delete and add', () => {
    const site = applied();
    site.spec = tunnel({ bigip: [{ ...EXAMPLE.bigip[0], address: '10.3.89.67' }] });
    expect(commands(site, 'declared', 'ramp')).toEqual([
      'iptables -w -I INPUT 1 -p 4 -s 10.3.89.67 -m comment --comment edge-ramp:edge-a -j ACCEPT',
      'ip tunnel change tun1 mode ipip remote 10.3.89.67 local any dev eth0',
      'iptables -w -D INPUT -p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT',
    ]);
    expect(commands(site, 'declared', 'bigip')).toEqual([
      'modify net tunnels tunnel /Common/SDN { local-address 10.3.89.67 remote-address 10.3.89.89 description edge-ramp:edge-a }',
      'save sys config',
    ]);
  });

  test("another address of the node's in the tunnel: the new one comes before the old one goes, and the route stays", () => {
    const site = applied();
    site.spec = tunnel({ tunnel: { ...EXAMPLE.tunnel, node: '10.3.91.218' } });
    expect(commands(site, 'declared', 'ramp')).toEqual([
      'ip addr add 10.3.91.218/32 dev tun1',
      'ip addr del 10.3.91.217/32 dev tun1',
    ]);
  });

  test('another name of the tunnel device: the kernel has one tunnel between two ends, so the old one goes first, with all it has', () => {
    const site = applied();
    site.spec = tunnel({ tunnel: { ...EXAMPLE.tunnel, interface: 'tun7' } });
    expect(commands(site, 'declared', 'ramp').slice(0, 8)).toEqual([
      'ip route del 10.3.91.216/32 dev tun1',
      'ip addr del 10.3.91.217/32 dev tun1',
      'ip link set tun1 down',
      'ip tunnel del tun1',
      'ip tunnel add tun7 mode ipip remote 10.3.89.66 local any dev eth0',
      'ip link set tun7 up',
      'ip addr add 10.3.91.217/32 dev tun7',
      'ip route add 10.3.91.216/32 dev tun7',
    ]);
  });

  test('adoption of the published objects marks them, and a restore puts their descriptions back with their blanks', () => {
    const world = freshWorld(EXAMPLE);
    const site = new Site(EXAMPLE, {
      ...world,
      bigip: { ...world.bigip, ...Object.fromEntries(publishedOnBigIp(EXAMPLE)) },
      ramp: Object.fromEntries(publishedOnRamp(EXAMPLE, BRIDGE)),
    });
    const plan = site.plan();
    expect(printed('bigip', 'edge-a', sent(plan, 'bigip')).commands).toEqual([
      'modify net tunnels tunnel /Common/SDN { local-address 10.3.89.66 remote-address 10.3.89.89 description edge-ramp:edge-a }',
      'modify net self /Common/SDN { vlan /Common/SDN allow-service all description edge-ramp:edge-a }',
      'modify net route 10.128.0.0/14 { interface /Common/SDN description edge-ramp:edge-a }',
      'modify ltm snatpool /Common/SDN_snatpool { members replace-all-with { 10.3.91.216 } description edge-ramp:edge-a }',
      'save sys config',
    ]);
    site.carryOut(plan);
    site.before = plan.before;
    expect(commands(site, 'recorded', 'bigip')[0]).toBe(
      'modify net tunnels tunnel /Common/SDN { local-address 10.3.89.66 remote-address 10.3.89.89 description "OpenShift SDN" }',
    );
    expect(commands(site, 'recorded', 'ramp')).toContain(
      'add cookie=0x999,table=0,priority=32768,ip,nw_src=10.3.91.216,actions=mod_nw_src:10.129.0.254,resubmit(,0)',
    );
  });

  test('a rule that fell behind a REJECT is put in front', () => {
    const site = applied();
    site.world.ramp = { ...site.world.ramp, 'input 10.3.89.66': 'behind' };
    expect(commands(site, 'declared', 'ramp')).toEqual([
      'iptables -w -I INPUT 1 -p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT',
    ]);
  });

  test('a gateway that changed: the new rule stands before the old one goes', () => {
    const site = new Site(tunnel({ snat: 'gateway' }));
    site.apply();
    site.world.ramp = { ...site.world.ramp, 'nat 10.3.91.216': 'to 10.129.9.1' };
    expect(commands(site, 'declared', 'ramp')).toEqual([
      'iptables -w -t nat -I POSTROUTING 1 -s 10.3.91.216 -o tun0 -m comment --comment edge-ramp:edge-a -j SNAT --to-source 10.129.0.1',
      'iptables -w -t nat -D POSTROUTING -s 10.3.91.216 -o tun0 -m comment --comment edge-ramp:edge-a -j SNAT --to-source 10.129.9.1',
    ]);
  });

  test('a percent sign in a description arrives as it was', () =>
    expect(printed('bigip', 'edge-a', ['create~tunnel SDN~-~profile ipip description 100%25%20ours']).commands).toEqual(
      ['create net tunnels tunnel /Common/SDN { profile ipip description "100% ours" }'],
    ));

  test('an operation that the script does not know is refused, and nothing after it is done', () => {
    const {
      code,
      said,
      commands: done,
    } = printed('ramp', 'edge-a', ['create~link tun1~-~up', 'create~weather today~-~fine', 'create~link tun2~-~up']);
    expect(code).toBe(10);
    expect(said).toBe('edge-ramp: unknown operation: create weather\n');
    expect(done).toEqual(['ip link set tun1 up']);
  });
});

describe('every plan can be sent', () => {
  const plans = fc
    .tuple(
      changedSpecs.chain(([spec, other]) => sites(spec).map((site) => ({ site, other }))),
      fc.nat(),
    )
    .map(([{ site, other }, n]): { site: Site; plans: readonly Plan[] } => {
      const found: Plan[] = [];
      const fresh = site.plan();
      site.carryOut(fresh, n % (fresh.operations + 1));
      site.before = fresh.before;
      found.push(fresh, site.plan('recorded'));
      site.apply();
      for (const name of other.virtualServers)
        site.world.bigip = { [`virtual ${name}`]: 'type none', ...site.world.bigip };
      site.world.bridge = { ...site.world.bridge!, clusters: other.clusterNetworks };
      site.spec = other;
      found.push(site.plan(), site.plan('absent'));
      return { site, plans: found };
    });

  test('its operations are what the documents admit, and every one of them is known to the scripts', () =>
    fc.assert(
      fc.property(plans, ({ site, plans: all }) => {
        for (const kind of ['bigip', 'ramp'] as const) {
          const operations = all.flatMap((plan) => sent(plan, kind));
          expect(operations.join('|')).toMatch(PATTERNS.Operations);
          expect(operations.every((each) => each.split('~').length === 4)).toBe(true);
          if (operations.length > 0)
            expect(printed(kind, site.spec.name, operations)).toMatchObject({ code: 0, said: '' });
        }
        for (const { digest, work } of all) {
          expect(digest).toMatch(PATTERNS.Digest);
          for (const { saved } of [...work.shape.bigip, ...work.attach.bigip]) expect(saved).toMatch(PATTERNS.Saved);
        }
      }),
      { numRuns: 15 },
    ));

  test('its questions are what the documents admit', () =>
    fc.assert(
      fc.property(anyChangedSpecs, ([spec, applied]) => {
        for (const kind of ['bigip', 'ramp'] as const)
          for (const questions of [
            KINDS[kind].questions(subject(kind, spec)),
            KINDS[kind].questions(subject(kind, spec, applied)),
            KINDS[kind].proofs(subject(kind, spec)),
          ]) {
            expect(questions.join('|')).toMatch(PATTERNS.Questions);
            expect(new Set(questions).size).toBe(questions.length);
          }
      }),
      { numRuns: 40 },
    ));

  test('what a declared tunnel says of the way to BIG-IP is what the documents admit', () =>
    fc.assert(
      fc.property(anySpecs, ({ name, bigip }) => {
        expect(name).toMatch(PATTERNS.Tunnel);
        for (const unit of bigip) {
          expect(unit.management).toMatch(PATTERNS.Management);
          expect(unit.user).toMatch(PATTERNS.User);
          expect(unit.secret).toMatch(PATTERNS.Secret);
          expect(unit.hostKey).toMatch(PATTERNS.HostKey);
        }
      }),
      { numRuns: 60 },
    ));

  test('the longest host key that a declaration may have still fits', () => {
    const [unit] = tunnel({ bigip: [{ ...EXAMPLE.bigip[0], hostKey: `ssh-rsa ${'A'.repeat(998)}==` }] }).bigip;
    expect(unit!.hostKey).toMatch(PATTERNS.HostKey);
    expect(() => tunnel({ bigip: [{ ...EXAMPLE.bigip[0], hostKey: `ssh-rsa ${'A'.repeat(999)}==` }] })).toThrow(
      'host key',
    );
  });

  test('also from a state that somebody changed, as far as it is not refused', () =>
    fc.assert(
      fc.property(
        anySpecs.chain((spec) => fc.tuple(fc.constant(spec), states('ramp', spec), states('ramp', spec))),
        ([spec, from, to]) => {
          const operations = difference(KINDS.ramp.record.objects, from, to).map(wire);
          if (operations.length > 0)
            expect(printed('ramp', spec.name, operations)).toMatchObject({ code: 0, said: '' });
        },
      ),
      { numRuns: 15 },
    ));
});

describe('before it changes an object of BIG-IP, the script looks whether the value is still the one that the plan found', () => {
  const translation = (...inner: string[]): string =>
    ['ltm virtual v {', 'source-address-translation {', ...inner, '}', '}'].join('\n    ');
  test.each([
    ['type none', translation('type none'), true],
    ['type none', 'ltm virtual v { }', true],
    ['type none', 'ltm virtual v {\n    source-address-translation none\n}', true],
    ['type none', translation('type automap'), false],
    ['type automap', translation('type automap'), true],
    ['type automap', 'ltm virtual v { }', false],
    ['type snat pool SDN_snatpool', translation('pool /Common/SDN_snatpool', 'type snat'), true],
    ['type snat pool SDN_snatpool', translation('pool other', 'type snat'), false],
    ['type snat pool SDN_snatpool', translation('pool SDN_snatpool2', 'type snat'), false],
    ['members 10.9.9.1,10.9.9.2', 'ltm snatpool p {\n  members {\n /Common/10.9.9.2\n 10.9.9.1 }\n}', true],
    ['members 10.9.9.1', 'ltm snatpool p { members { 10.9.9.1 10.9.9.2 } }', false],
    ['description a%20%20b%25', 'net self s { description "a  b%" }', true],
    ['description a%20b', 'net self s { description "a  b" }', false],
    ['description none', 'net self s { description "type none" vlan x }', false],
    ['allow-service none', 'net self s { address 10.9.9.1/24 }', true],
    ['allow-service all', 'net self s { allow-service { tcp:443 } }', false],
    ['allow-service default', 'net self s {\n allow-service {\n default\n }\n}', true],
    ['type none', 'ltm virtual v { }\nltm virtual w { }', false],
    ['type none', 'Display all 200 items? (y/n)', false],
    ['type none', '', false],
  ])('%s: %j is %s', (expected, listed, same) => expect(holds(expected, listed)).toBe(same));

  test.each(publishedOnBigIp(EXAMPLE).filter(([object]) => !object.startsWith('virtual ')))(
    '%s as listed',
    (object, value) => {
      expect(holds(value, listing(object, value).join('\n'))).toBe(true);
      expect(holds(value.replace(/10\.[0-9.]+/, '10.9.9.9'), listing(object, value).join('\n'))).toBe(false);
      expect(holds(`${value}s`, listing(object, value).join('\n'))).toBe(false);
    },
  );
});
