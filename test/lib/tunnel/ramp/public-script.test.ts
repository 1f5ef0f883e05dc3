import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KINDS } from '../../../../lib/tunnel/plan/devices';
import { bridgeFlows } from '../pipelines';
import { EXAMPLE, Site, subject } from '../site';
import { BRIDGE, freshWorld } from '../world';
import { read, replies, SOURCE } from './observed-node';

/** The flows of the script f5rampnodekb, as `ovs-ofctl dump-flows` prints them. */
const line = (cookie: string, table: number, text: string): string =>
  ` cookie=${cookie}, duration=99.1s, table=${table}, n_packets=3, n_bytes=294, ${text}`;
const SCRIPT = [
  line('0x999', 0, `ip,nw_src=${SOURCE} actions=set_field:10.129.0.254->ip_src,resubmit(,0)`),
  line('0x999', 0, `ip,nw_dst=10.129.0.254 actions=set_field:${SOURCE}->ip_dst,resubmit(,0)`),
  line('0x999', 0, 'arp,arp_tpa=10.129.0.254 actions=output:2'),
  line('0x999', 0, 'priority=200,arp,in_port=2,arp_spa=10.129.0.254,arp_tpa=10.128.0.0/14 actions=goto_table:5'),
  line('0x0', 5, 'priority=300,arp,arp_tpa=10.129.0.254 actions=output:2'),
  line('0x0', 5, 'priority=300,ip,nw_dst=10.129.0.254 actions=output:2'),
  line('0x999', 0, `ip,nw_dst=${SOURCE} actions=output:2`),
];
const inet = (...all: readonly string[]): readonly string[] =>
  all.map((each) => `7: tun0    inet ${each} scope global tun0\\       valid_lft forever preferred_lft forever`);

describe.each(['3.4', '3.11'] as const)('a node of %s on which the public script ran', (release) => {
  const bridge = { ...BRIDGE, release };
  const found = (flows: readonly string[], tun0: readonly string[]) =>
    read(replies([...bridgeFlows(bridge), ...flows], { 'ip -o -4 addr show dev tun0': [inet(...tun0), 0] }), {});

  test.each([
    ['with its address on tun0', ['10.129.0.1/23', '10.129.0.254/32']],
    ['with its address first', ['10.129.0.254/32', '10.129.0.1/23']],
    ['after the SDN made tun0 anew', ['10.129.0.1/23']],
  ])('is read with all seven flows, those with priorities and without cookie too, %s', (_how, tun0) => {
    const { state, facts } = found(SCRIPT, tun0);
    const flows = Object.entries(state).filter(([object]) => object.startsWith('flow '));
    expect(flows).toHaveLength(7);
    expect(facts).toMatchObject({ strangeFlows: [], pipelineProblem: null });
  });

  test('is adopted, and torn down entirely', () => {
    const { state } = found(SCRIPT, ['10.129.0.1/23', '10.129.0.254/32']);
    const site = new Site(EXAMPLE, { ...freshWorld(EXAMPLE), bridge, ramp: state });
    site.apply();
    const theirs = Object.keys(state).filter((object) => object.startsWith('flow '));
    expect(theirs.filter((object) => object in site.world.ramp)).toEqual([]);
    site.apply('absent');
    expect(site.world.ramp).toEqual({});
  });

  test("loses no flow of the SDN's own, not even those of a Pod that has its address", () => {
    const pods = { ...bridge, pods: ['10.129.0.254'] };
    const { state } = read(replies(bridgeFlows(pods)), { '10.129.0.254': 'c0ffee' });
    expect(Object.keys(state).filter((object) => object.startsWith('flow '))).toEqual([]);
  });
});

describe('what builds a ramp when the node boots', () => {
  const UNIT = '[Service]\nExecStart=/usr/libexec/openshift/f5rampnodesetup.sh\nRestart=on-failure\n';
  const PROGRAM = '#!/bin/bash\nexport RAMP_SDN_IP=${subaddr}.254\n';
  type Files = Readonly<Record<string, string>>;
  const booted = (files: Files, enabled = 'enabled'): readonly string[] =>
    read(
      replies(bridgeFlows(BRIDGE), {
        'systemctl is-enabled f5rampsetup.service': [[enabled], enabled === 'enabled' ? 0 : 1],
      }),
      {},
      (root) => {
        for (const [path, text] of Object.entries(files)) {
          mkdirSync(join(root, path, '..'), { recursive: true });
          writeFileSync(join(root, path), text, { mode: 0o755 });
        }
      },
    ).facts.bootScripts;
  const unit = 'etc/systemd/system/f5rampsetup.service';
  const program = 'usr/libexec/openshift/f5rampnodesetup.sh';

  test('is a unit whose script has the published words, as the public script describes it', () =>
    expect(booted({ [unit]: UNIT, [program]: PROGRAM })).toEqual(['f5rampsetup.service']));

  test('is a unit that has them itself, whatever stands before its program', () =>
    expect(booted({ [unit]: UNIT.replace('=/usr', '=-/usr').concat('# cookie=0x999\n') })).toEqual([
      'f5rampsetup.service',
    ]));

  test('is rc.local', () => expect(booted({ 'etc/rc.d/rc.local': PROGRAM })).toEqual(['/etc/rc.d/rc.local']));

  test.each<[string, Files, string]>([
    ['a unit that is disabled', { [unit]: UNIT, [program]: PROGRAM }, 'disabled'],
    ['a unit whose program is gone', { [unit]: UNIT }, 'enabled'],
    ['a unit whose program is no text', { [unit]: UNIT, [program]: `\0ELF${PROGRAM}` }, 'enabled'],
    ['another unit', { [unit]: UNIT, [program]: '#!/bin/bash\nip link set eth0 mtu 9000\n' }, 'enabled'],
  ])('is not %s', (_what, files, enabled) => expect(booted(files, enabled)).toEqual([]));

  test('is named in a remark, with what it does to traffic and the heading of the runbook', () => {
    const { state, facts } = read(replies(bridgeFlows(BRIDGE)), {});
    const observed = { state, probes: [], facts: { ...facts, bootScripts: ['f5rampsetup.service'] } };
    const [remark] = KINDS.ramp.remarks({ ...subject('ramp', EXAMPLE), original: {} }, observed, []);
    expect(remark).toMatch(/f5rampsetup\.service .* all traffic of the node .*A foreign boot script/);
  });
});
