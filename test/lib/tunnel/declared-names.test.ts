import { expectRefusal, withBigIp, withFields, withNode } from './declared-messages';
import { EXAMPLE } from './site';

describe('a rule of one field: message with path, value and rule', () => {
  const INTERFACE = 'must be 1 to 15 of letters, digits, _ . - and begin with a letter';
  const OBJECT =
    'must be 1 to 63 of letters, digits, _ . - and begin with a letter (tmsh reads other characters as syntax)';
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
    ['a name of 64 characters', withFields({ objects: { snatPool: 'a'.repeat(64) } }), 'objects.snatPool:', OBJECT],
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
    ['a bastion by its address', withBigIp({ bastion: '10.3.88.1' }), 'bigip.0.bastion: "10.3.88.1"', 'i-… or mi-…'],
    [
      'a user with an option',
      withBigIp({ user: '-oProxyCommand=reboot' }),
      'bigip.0.user: "-oProxyCommand=reboot"',
      'must be a user name',
    ],
    ['a secret with a blank', withBigIp({ secret: 'a b' }), 'bigip.0.secret: "a b"', 'must be the name of a secret'],
    ['no pinned host key', withBigIp({ hostKey: undefined }), 'bigip.0.hostKey:', 'expected string'],
    ['an empty host key', withBigIp({ hostKey: '' }), 'bigip.0.hostKey: ""', 'must be the pinned public host key'],
    [
      'a host key of another type',
      withBigIp({ hostKey: `ssh-dss ${'A'.repeat(68)}` }),
      'bigip.0.hostKey:',
      'must be the pinned public host key',
    ],
    [
      'a host key with a comment',
      withBigIp({ hostKey: `${EXAMPLE.bigip[0]!.hostKey} root@bigip` }),
      'bigip.0.hostKey:',
      'TYPE BASE64',
    ],
    [
      'two host keys in one',
      withBigIp({ hostKey: `${EXAMPLE.bigip[0]!.hostKey}\nssh-rsa AAAA` }),
      'bigip.0.hostKey:',
      'TYPE BASE64',
    ],
    ['a name in capitals', withFields({ name: 'Edge' }), 'name: "Edge"', 'must be 1 to 32 of lower case letters'],
    ['a name with a newline', withFields({ name: 'edge\n' }), 'name: "edge\\n"', 'must be 1 to 32'],
  ])('%s', (_what, document, where, rule) => expectRefusal(document, where, rule));
});

describe('a rule between fields: message with path, value and rule', () => {
  test.each([
    [
      "the SDN's interface",
      withFields({ tunnel: { interface: 'tun0' } }),
      'tunnel.interface: "tun0"',
      'must not be one of tun0, vxlan0, br0, lo, tunl0',
    ],
    [
      "the kernel's interface",
      withFields({ tunnel: { interface: 'tunl0' } }),
      'tunnel.interface: "tunl0"',
      'the SDN or the kernel has it',
    ],
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
