import { readAnswers } from '../../../../lib/tunnel/device/answer';
import { KINDS } from '../../../../lib/tunnel/plan/devices';
import { bridgeFlows } from '../pipelines';
import { dumpOurs } from '../ramp-answer';
import { EXAMPLE, Site } from '../site';
import { BRIDGE, withoutKeeper } from '../world';
import { observed, type Replies } from '../scripts';
import { BARE, BY_FLOWS, DIFF, KeptNode, MADE, MADE_BY_FLOWS, TUN0, WHOLE } from './keeper-node';
import { read, replies, SOURCE } from './observed-node';

const site = new Site(EXAMPLE);
site.apply();
const flows = [...bridgeFlows(BRIDGE), ...dumpOurs(site.world.ramp)];
const TUNNEL = 'tun1: ip/ip remote 10.3.89.66 local any dev eth0 ttl inherit';
const ROUTE = `${SOURCE} dev tun1 scope link `;

/** More blanks wherever there is one already. */
const wider = (text: string): string => text.replaceAll(' ', '  ');

describe('blanks never count', () => {
  test.each([
    ['in the tunnel and the route, as iproute2 of RHEL 7.3 has it', wider(TUNNEL), wider(ROUTE)],
    ['in the route alone', TUNNEL, `${SOURCE} dev tun1  scope link `],
    ['at the ends of lines', ` ${TUNNEL} \t`, ROUTE],
  ])('%s: the applied tunnel is read as it stands', (_where, tunnel, route) => {
    const given = replies(flows, {
      'ip -o tunnel show tun1': [[tunnel], 0],
      [`ip -4 route show ${SOURCE}`]: [[route], 0],
    });
    const { state, probes } = read(given);
    expect(state).toEqual(withoutKeeper(site.world.ramp));
    expect(probes).toEqual([expect.objectContaining({ ok: true })]);
  });

  test('in any answer of any tool', () => {
    const given = replies(flows);
    const all = Object.fromEntries(
      Object.entries(given).map(([line, [lines, code]]) => [line, [lines.map(wider), code] as const]),
    );
    expect(read(all)).toEqual(read(given));
  });

  describe('in what a keeper is told', () => {
    let node: KeptNode;
    beforeEach(() => (node = new KeptNode()));
    afterEach(() => node.remove());
    const widened = (given: Replies): Replies =>
      Object.fromEntries(Object.entries(given).map(([line, [lines, ...more]]) => [line, [lines.map(wider), ...more]]));

    test('a whole node is ok', () =>
      expect(node.look(BY_FLOWS, widened(WHOLE))).toMatchObject({ word: 'ok', made: [] }));

    test('what is missing is put back, with the slots of the flows filled', () => {
      const bare = widened({ [TUN0]: WHOLE[TUN0]!, ...BARE });
      expect(node.look(BY_FLOWS, bare)).toMatchObject({ word: 'healed', made: [...MADE, ...MADE_BY_FLOWS] });
    });

    test("another's flow in the place of one is seen, and stays", () => {
      const lines = BARE[DIFF]![0].concat('-table=30 priority=2000,ip,nw_dst=10.129.1.254 actions=drop');
      const seen = node.look(BY_FLOWS, widened({ ...BARE, [DIFF]: [lines, 2] }));
      expect(seen).toMatchObject({ made: [], what: expect.stringContaining('does something else') });
    });
  });

  test('but a sentence has them as the device printed them', () => {
    const given = replies(flows, { 'ip -o tunnel show tun1': [['tun1: ip/ip  remote 10.3.89.66'], 0] });
    expect(() => read(given)).toThrow('tun1: ip/ip  remote 10.3.89.66');
  });
});

test('what a tool warns of on stderr is no part of its answer', () => {
  const warning =
    '2019-05-14T09:21:33Z|00001|ovsdb_idl|WARN|Interface table in Open_vSwitch database lacks ingress_policing_kpkts_rate column';
  const given = replies(flows);
  const warned = Object.fromEntries(
    Object.entries(given).map(([line, [lines, code]]) => [line, [lines, code, warning] as const]),
  );
  expect(read(warned)).toEqual(read(given));
});

test("a pair's questions are answered by stdout alone as well, with whatever blanks", () => {
  const given = (warning: string, blank: string): Replies =>
    Object.fromEntries(
      Object.entries({
        'ip -o -4 addr show dev eth0': '3: eth0 inet 10.20.30.4/32 scope global eth0',
        'ip -o -4 addr show': '3: eth0 inet 10.20.30.4/32 scope global eth0',
        'ovs-vsctl get Interface tun0 ofport': '2',
        'ovs-ofctl -O OpenFlow13 dump-flows br0': '',
        'ovs-appctl ofproto/trace br0 in_port=2,icmp,nw_src=10.3.92.216,nw_dst=10.130.0.7': 'Datapath actions: 1',
      }).map(([line, said]) => [line, [[said.replaceAll(' ', blank)], 0, warning] as const]),
    );
  const asked = ['vip eth0 10.20.30.4', 'trace 10.3.92.216 10.130.0.7', 'await 10.20.30.4'];
  const told = (warning: string, blank: string) =>
    readAnswers('node', observed('edge-b', asked, given(warning, blank), {}), asked, KINDS.ramp.record.inWords);
  const plain = told('', ' ');
  expect(plain.get(asked[0]!)!.lines).toEqual(['here']);
  expect(plain.get(asked[1]!)!.lines).toEqual(['Datapath actions: 1']);
  const linesOf = (answers: typeof plain) => [...answers.values()].map(({ lines, code }) => [lines, code]);
  expect(linesOf(told('x|WARN|y', '  '))).toEqual(linesOf(plain));
  expect(told('2019-05-14T09:21:33Z|00001|ovsdb_idl|WARN|lacks a column', ' ')).toEqual(plain);
});
