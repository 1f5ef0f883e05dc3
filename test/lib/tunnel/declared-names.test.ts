import { expectRefusal, message, withBigIp, withFields, withNode } from './declared-messages';
import { EXAMPLE, tunnel } from './site';

describe('a rule of one field: message with path, value and rule', () => {
  const INTERFACE = 'must be 1 to 15 of letters, digits, _ . - and begin with a letter';
  const OBJECT =
    'must be 1 to 190 of letters, digits, _ . - and begin with a letter (tmsh reads other characters as syntax)';
  test.each([
    [
      'an interface name of 16 characters',
      withFields({ tunnel: { interface: 'abcdefghijklmnop' } }),
      'tunnel.interface: "abcdefghijklmnop"',
      INTERFACE,
    ],
    [
      'an interface name with a newline',
      withFields({ tunnel: { interface: 'tun1\n' } }),
      'tunnel.interface: "tun1\\n"',
      INTERFACE,
    ],
    [
      'an interface name that is an option',
      withNode({ interface: '-tun1' }),
      'ramp.nodes.0.interface: "-tun1"',
      INTERFACE,
    ],
    [
      'an interface name with a path',
      withNode({ interface: '../tun1' }),
      'ramp.nodes.0.interface: "../tun1"',
      INTERFACE,
    ],
    ['an empty interface name', withNode({ interface: '' }), 'ramp.nodes.0.interface: ""', INTERFACE],
    ['a name for a shell', withFields({ objects: { tunnel: 'SDN; reboot' } }), 'objects.tunnel: "SDN; reboot"', OBJECT],
    ['a name for tmsh', withFields({ objects: { self: 'SDN{}' } }), 'objects.self: "SDN{}"', OBJECT],
    [
      'a name with the mark between fields',
      withFields({ objects: { snatPool: 'a~b' } }),
      'objects.snatPool: "a~b"',
      OBJECT,
    ],
    [
      'a name with the mark between operations',
      withFields({ objects: { snatPool: 'a|b' } }),
      'objects.snatPool: "a|b"',
      OBJECT,
    ],
    ['a name with a glob', withFields({ objects: { snatPool: 'a*' } }), 'objects.snatPool: "a*"', OBJECT],
    ['a name of 191 characters', withFields({ objects: { snatPool: 'a'.repeat(191) } }), 'objects.snatPool:', OBJECT],
    [
      'a virtual server of 191 characters',
      withFields({ virtualServers: ['a'.repeat(191)] }),
      'virtualServers.0:',
      'must be the name of a virtual server, 1 to 190 of letters',
    ],
    [
      'a virtual server with a substitution',
      withFields({ virtualServers: ['$(reboot)'] }),
      'virtualServers.0: "$(reboot)"',
      'must be the name of a virtual server',
    ],
    [
      'a virtual server with a folder and no partition',
      withFields({ virtualServers: ['/ose'] }),
      'virtualServers.0: "/ose"',
      '/partition/name',
    ],
    [
      'a virtual server above its folder',
      withFields({ virtualServers: ['/Common/../ose'] }),
      'virtualServers.0:',
      'must be the name of a virtual server',
    ],
    [
      '41 virtual servers',
      withFields({ virtualServers: Array.from({ length: 41 }, (_, i) => `v${i}`) }),
      'virtualServers:',
      'at most 40',
    ],
    [
      'an instance by its name',
      withNode({ instance: 'ramp-1' }),
      'ramp.nodes.0.instance: "ramp-1"',
      'must be the id of an instance that Systems Manager manages',
    ],
    [
      'a bastion by its address',
      withBigIp({ bastion: '10.3.88.1' }),
      'bigip.0.bastion: "10.3.88.1"',
      'i- or mi-, and 8 to 17 of 0-9 a-f',
    ],
    [
      'a user with an option',
      withBigIp({ user: '-oProxyCommand=reboot' }),
      'bigip.0.user: "-oProxyCommand=reboot"',
      'must be a user name',
    ],
    ['a secret that is an option', withBigIp({ secret: '--query' }), 'bigip.0.secret: "--query"', 'must be the name'],
    ['a secret with a blank', withBigIp({ secret: 'a b' }), 'bigip.0.secret: "a b"', 'must be the name of a secret'],
    ['no pinned host key', withBigIp({ hostKey: undefined }), 'bigip.0.hostKey:', 'is missing'],
    ['an empty host key', withBigIp({ hostKey: '' }), 'bigip.0.hostKey: ""', 'must be the pinned public host key'],
    ['a name in capitals', withFields({ name: 'Edge' }), 'name: "Edge"', 'must be 1 to 32 of lower case letters'],
    ['a name with a newline', withFields({ name: 'edge\n' }), 'name: "edge\\n"', 'must be 1 to 32'],
  ])('%s', (_what, document, where, rule) => expectRefusal(document, where, rule));
});

describe('a rule between fields: message with path, value and rule', () => {
  test.each([
    [
      'a tunnel over itself',
      withNode({ interface: 'tun1' }),
      'ramp.nodes.0.interface: "tun1"',
      'must not be the tunnel device itself',
    ],
    [
      'a virtual server twice',
      withFields({ virtualServers: ['a', 'b', 'a'] }),
      'virtualServers.2: "a"',
      'is listed twice',
    ],
    [
      'a virtual server twice, once with its folder',
      withFields({ virtualServers: ['a', '/Common/a'] }),
      'virtualServers.1: "/Common/a"',
      'is listed twice',
    ],
  ])('%s', (_what, document, where, rule) => expectRefusal(document, where, rule));
});

describe('a word of a tool is no name', () => {
  const TMSH = 'must not be a keyword of tmsh';
  const WORDS = [
    'all',
    'none',
    'default',
    'one-line',
    'recursive',
    'add',
    'delete',
    'modify',
    'replace-all-with',
    'list',
  ];
  test.each([...WORDS, 'current-module', 'non-default-properties', 'partition', 'show', 'create', 'automap'])(
    '%s: of no object on BIG-IP, and of no folder',
    (word) => {
      for (const virtual of [word, `/Common/${word}`, `/${word}/ose`, `/Common/${word}/ose`])
        expectRefusal(withFields({ virtualServers: ['ose', virtual] }), `virtualServers.1: "${virtual}"`, TMSH);
      for (const object of ['tunnel', 'self', 'snatPool'])
        expectRefusal(withFields({ objects: { [object]: word } }), `objects.${object}: "${word}"`, TMSH);
    },
  );

  test('a name that only begins with one, or differs in a capital, is a name', () => {
    const named = tunnel({
      virtualServers: ['all-vserver', 'All', '/Common/list.of.all'],
      objects: { self: 'default_' },
    });
    expect(named.virtualServers).toEqual(['all-vserver', 'All', '/Common/list.of.all']);
  });

  test.each([
    ['dev', 'ip reads it as a keyword'],
    ['up', 'ip reads it as a keyword'],
    ['any', 'ip reads it as a keyword'],
    ['all', 'ip reads it as a keyword'],
    ['default', 'ip reads it as a keyword'],
    ['help', 'ip reads it as a keyword'],
    ['lo', 'the kernel has it'],
    ['tunl0', 'the kernel has it'],
    ['gre0', 'the kernel has it'],
    ['ovs-system', 'Open vSwitch has it'],
    ['vxlan_sys_4789', 'Open vSwitch has it'],
    ['genev_sys_6081', 'Open vSwitch has it'],
    ['tun0', 'the SDN has it'],
    ['br0', 'the SDN has it'],
    ['vxlan0', 'the SDN has it'],
  ])('%s: of no interface, since %s', (word, why) => {
    expectRefusal(
      withFields({ tunnel: { interface: word } }),
      `tunnel.interface: "${word}"`,
      `must not be ${word}: ${why}`,
    );
    expectRefusal(withNode({ interface: word }), `ramp.nodes.0.interface: "${word}"`, `must not be ${word}: ${why}`);
  });

  test.each(['default', 'builder', 'deployer', 'router', 'registry'])('%s: of no service account of ours', (account) =>
    expectRefusal(
      withFields({ ipfailover: { vrrpIdOffset: 10, serviceAccount: account } }),
      `ipfailover.serviceAccount: "${account}"`,
      'other Pods of project default run as it, and would be privileged',
    ),
  );
});

test('names as BIG-IP has them are taken: of 190 characters, by an address, of users with dots and capitals', () => {
  const long = 'v'.repeat(190);
  const { bigip, virtualServers } = tunnel({
    virtualServers: [long, '10.3.89.70', '10.3.89.70:443', '/Common/10.3.89.70_80', `/${long}/${long}/${long}`],
    bigip: [{ ...EXAMPLE.bigip[0], user: 'Svc.Edge-Ramp' }],
  });
  expect(virtualServers).toHaveLength(5);
  expect(bigip[0]!.user).toBe('Svc.Edge-Ramp');
});

describe("BIG-IP's host key", () => {
  const key = EXAMPLE.bigip[0]!.hostKey;
  test.each([
    ['as the file on BIG-IP has it', `${key} root@localhost.localdomain`],
    ['with a comment of several words, and its end of line', `${key} host key of bigip 1\n`],
    ['as ssh-keyscan prints it', `10.3.88.66 ${key}`],
    ['as ssh-keyscan prints it for another port', `[10.3.88.66]:2222 ${key}\n`],
    ['with tabs', key.replace(' ', '\t')],
  ])('is read %s', (_how, hostKey) =>
    expect(tunnel({ bigip: [{ ...EXAMPLE.bigip[0], hostKey }] }).bigip[0]!.hostKey).toBe(key),
  );

  test.each([
    [
      'of another type',
      `ssh-dss ${'A'.repeat(68)}`,
      'this is of type ssh-dss, and only ssh-ed25519, ecdsa-sha2-nistp256',
    ],
    [
      'of another type, with its host',
      `bigip ecdsa-sha2-nistp521 ${'A'.repeat(68)} x`,
      'this is of type ecdsa-sha2-nistp521',
    ],
    ['cut off', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5', 'what follows ssh-ed25519 is no key'],
    ['without its type', 'A'.repeat(68), 'this names no type of key'],
    ['two in one', `${key}\nssh-rsa AAAA`, 'this has more than one line'],
    ['with an option before it', `no-pty,command="x y" ${key}`, 'what follows ssh-ed25519 is no key'],
  ])('is refused %s, with its whole text and the reason', (_how, hostKey, reason) => {
    const said = message(withBigIp({ hostKey }));
    expect(said).toContain(
      `bigip.0.hostKey: ${JSON.stringify(hostKey)}: must be the pinned public host key: TYPE BASE64`,
    );
    expect(said).toContain(reason);
    expect(said).not.toContain('…');
  });
});
