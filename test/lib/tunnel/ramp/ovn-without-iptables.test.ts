import { ramp } from '../../../../lib/tunnel/ramp/device';
import { observed, type Replies } from '../scripts';
import { withoutKeeper } from '../world';
import { ABOUT, NODE, NODES, read, refusal } from './ovn-node';

/*
 * A node whose kernel lacks nft_compat, as RHCOS 10 may: iptables lists its chains, and takes no rule with an extension. The words are those of
 * iptables 1.8.9 (nf_tables) on Linux 6.1 without that module (field-truth, OVN-10).
 */
describe('a node whose iptables takes no rule', () => {
  const warning = (extension: string): string =>
    `Warning: Extension ${extension} revision 0 not supported, missing kernel module?`;
  const BAD = 'iptables: Bad rule (does a matching rule exist in that chain?).';
  const INPUT = 'iptables -w -S INPUT';
  const POSTROUTING = 'iptables -w -t nat -S POSTROUTING';
  const CHECK = 'iptables -w -C INPUT -p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT';
  const NAT_CHECK =
    'iptables -w -t nat -C POSTROUTING -s 10.3.91.216 -o ovn-k8s-mp0 -m comment --comment edge-ramp:edge-a -j SNAT --to-source 10.3.91.216';
  const THEIR_CHAIN = 'nft list chain inet ovn-kubernetes mgmtport-snat';
  const INPUT_CHAIN = 'nft list chain ip filter INPUT';
  const NO_CHAIN = [[], 1, `Error: No such file or directory\n${INPUT_CHAIN.replace('nft ', '')}\n   ^^^^^`] as const;

  /** Its chain, with the rules that stand before the last one. */
  const translating = (...exceptions: readonly string[]): Replies => ({
    [THEIR_CHAIN]: [
      [
        'table inet ovn-kubernetes {',
        '\tchain mgmtport-snat {',
        '\t\tcomment "OVN SNAT to Management Port"',
        '\t\ttype nat hook postrouting priority srcnat; policy accept;',
        ...[
          'oifname != "ovn-k8s-mp0" return',
          'meta l4proto . th dport @mgmtport-no-snat-nodeports counter packets 0 bytes 0 return',
          ...exceptions,
          'ip saddr 10.129.0.2 counter packets 3 bytes 252 return',
          'ip daddr . meta l4proto . th dport @mgmtport-no-snat-services-v4 counter packets 0 bytes 0 return',
          'ip saddr @mgmtport-no-snat-subnets-v4 counter packets 0 bytes 0 return',
          'counter packets 12 bytes 1008 snat ip to 10.129.0.2',
        ].map((rule) => `\t\t${rule}`),
        '\t}',
        '}',
      ],
      0,
    ],
  });
  const WITHOUT: Replies = {
    [INPUT]: [['-P INPUT ACCEPT'], 0],
    [POSTROUTING]: [['-P POSTROUTING ACCEPT'], 0],
    [CHECK]: [[], 1, `${warning('comment')}\n${BAD}`],
    [NAT_CHECK]: [[], 1, `${warning('comment')}\n${warning('SNAT')}\n${BAD}`],
    ...translating(),
  };
  const unlisted = (complaint: string, code: number): Replies => ({
    [INPUT]: [[], code, complaint],
    [POSTROUTING]: [[], code, complaint],
    [CHECK]: [[], code, complaint],
    [NAT_CHECK]: [[], code, complaint],
  });
  const GENERATION = 'iptables v1.8.11 (nf_tables): Could not fetch rule set generation id: Invalid argument';
  const NO_PROGRAM = "timeout: failed to run command 'iptables': No such file or directory";

  test('carries the tunnel without rules of ours, with a remark, where INPUT accepts and OVN-Kubernetes translates', () => {
    const seen = read('4.18', WITHOUT);
    const wanted = { ...ABOUT, original: {} };
    expect(withoutKeeper(ramp.desired(wanted, seen))).toEqual(seen.state);
    expect(Object.keys(seen.state).filter((object) => /^(input|nat) /.test(object))).toEqual([]);
    expect(ramp.remarks(wanted, seen, [])).toEqual([
      expect.stringMatching(/iptables takes no rule \(Warning: Extension comment revision 0.*none is needed now/),
    ]);
  });

  test('proves INPUT by what it lets in, and not where it may turn the tunnel away', () => {
    const answers: Replies = { ...NODES['4.18'], ...WITHOUT, 'ip -s link show dev tun1': [['RX:', '84 1'], 0] };
    const prove = (changes: Replies) => () =>
      ramp.prove(observed('edge-a', ramp.proofs(ABOUT), { ...answers, ...changes }, {}), ABOUT);
    expect(prove({})()[0]!.what).toContain('without a rule of ours');
    expect(prove({ [INPUT]: [['-P INPUT DROP'], 0] })).toThrow('not ahead of every REJECT and DROP');
    expect(prove({ [CHECK]: [[], 1, BAD] })).toThrow('not ahead of every REJECT and DROP');
  });

  test.each<[string, Replies]>([
    [
      'iptables cannot list its chains, and nft knows of no INPUT',
      { ...unlisted(GENERATION, 4), [INPUT_CHAIN]: NO_CHAIN },
    ],
    [
      'there is no iptables, and the INPUT that nft knows accepts',
      {
        ...unlisted(NO_PROGRAM, 127),
        [INPUT_CHAIN]: [
          [
            'table ip filter {',
            '\tchain INPUT {',
            '\t\ttype filter hook input priority filter; policy accept;',
            '\t}',
            '}',
          ],
          0,
        ],
      },
    ],
    ['an old iptables names neither', { [CHECK]: [[], 1, 'iptables: No chain/target/match by that name.'] }],
    ['only its extension for translation is missing', { [CHECK]: [[], 1, BAD] }],
    ['IPv6 is translated, too', translating('meta nfproto ipv6 ip6 saddr fd01::2 counter packets 0 bytes 0 return')],
  ])('is fit where %s', (_what, changes) => {
    const seen = read('4.18', { ...WITHOUT, ...changes });
    expect(seen.facts.withoutRules).toMatchObject({ accepts: true, translates: true });
    expect(withoutKeeper(ramp.desired({ ...ABOUT, original: {} }, seen))).toEqual(seen.state);
  });

  test.each<[string, Replies, string]>([
    ['INPUT rejects', { [INPUT]: [['-P INPUT ACCEPT', '-A INPUT -j REJECT'], 0] }, 'may turn the tunnel away'],
    ["INPUT's policy is to drop", { [INPUT]: [['-P INPUT DROP'], 0] }, 'may turn the tunnel away'],
    [
      'nft shows an INPUT that rejects',
      {
        ...unlisted(GENERATION, 4),
        [INPUT_CHAIN]: [['type filter hook input priority filter; policy accept;', 'tcp dport 1 reject'], 0],
      },
      'may turn the tunnel away',
    ],
    [
      'neither iptables nor nft can tell',
      {
        ...unlisted(GENERATION, 4),
        [INPUT_CHAIN]: [[], 127, "timeout: failed to run command 'nft': No such file or directory"],
      },
      'may turn the tunnel away',
    ],
    [
      'BGP advertises the Pod network',
      translating('meta nfproto ipv4 fib saddr type != local counter packets 0 bytes 0 return'),
      'does not translate',
    ],
    ['OVN-Kubernetes has a rule that nobody knows', translating('ip saddr 10.0.0.0/8 return'), 'does not translate'],
    [
      'OVN-Kubernetes has no such chain',
      { [THEIR_CHAIN]: [[], 1, 'Error: No such file or directory'] },
      'does not translate',
    ],
    [
      'OVN-Kubernetes has not filled its chain',
      { [THEIR_CHAIN]: [['type nat hook postrouting priority srcnat;', '}'], 0] },
      'does not translate',
    ],
  ])('is refused by name where %s; a teardown does not mind', (_what, changes, words) => {
    expect(refusal('4.18', { ...WITHOUT, ...changes })).toMatchObject({
      code: 'iptables-refused',
      message: expect.stringMatching(new RegExp(`${NODE}: iptables takes no rule .*${words}.*nft_compat`)),
    });
    expect(ramp.absent({ ...ABOUT, original: {} }, read('4.18', { ...WITHOUT, ...changes }))).toEqual({});
  });

  test.each<[string, Replies]>([
    ['another program holds its lock', unlisted('Another app is currently holding the xtables lock.', 4)],
    ['it says nothing', { [POSTROUTING]: [[], 4] }],
  ])('for another reason (%s) is not understood', (_what, changes) =>
    expect(() => read('4.18', changes)).toThrow(expect.objectContaining({ code: 'look-refused' })),
  );

  test('is asked nothing of it where the rules stand', () => {
    const said = observed('edge-a', ramp.questions(ABOUT), NODES['4.18'], {});
    expect(said.match(/^\?(?:check|chain) .*\n=.*$/gm)).toEqual([
      '?check input 10.3.89.66\n=-',
      '?chain INPUT\n=-',
      '?check nat 10.3.91.216\n=-',
      '?chain mgmtport-snat\n=-',
    ]);
  });
});
