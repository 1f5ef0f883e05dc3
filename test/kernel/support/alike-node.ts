/** In which state an operation finds its object: nothing there, what the tunnel wants, its own but changed, another's in its place. */
export const STATES = ['absent', 'right', 'drifted', 'foreign'] as const;
export type StateName = (typeof STATES)[number];

/** A kind of object: what takes it away, what it stands on, how each state comes about, what is done to it, and what then shows it. */
export interface ObjectCases {
  readonly clear?: readonly string[];
  readonly basis?: readonly string[];
  /** Its states are files, which only bash on the host itself can write. */
  readonly files?: true;
  /** An operation that is carried out before the state is made of what it leaves. */
  readonly first?: string;
  readonly states: Readonly<Record<StateName, readonly string[]>>;
  readonly operations: readonly string[];
  readonly questions: readonly string[];
}

const BIGIP = '10.20.30.1';
const [T1, T2] = ['10.3.92.216', '10.3.92.217'];
const SDN_IP = '10.129.1.254';

const rule = (mark: string): string => `-p 4 -s ${BIGIP} -m comment --comment ${mark} -j ACCEPT`;
const snat = (to: string, mark = 'edge-ramp:edge-b'): string =>
  `-s ${T1} -o tun0 -m comment --comment ${mark} -j SNAT --to-source ${to}`;
const ADD = `ip tunnel add tun1 mode ipip remote ${BIGIP} dev eth0`;
const UP = [ADD, 'ip link set tun1 up'];
const ends = (remote: string): string => `remote ${remote} local any dev eth0`;
const addFlow = 'ovs-ofctl -O OpenFlow13 add-flow br0';
const FLOW = `table=30,priority=2000,arp,arp_tpa=${SDN_IP}`;
const CLAIMS = '$EDGE_RAMP_ROOT/var/lib/cni/networks/openshift-sdn';

const everyCopy = (line: string): string => `while ${line}; do :; done`;
const clearRules = ['edge-ramp:edge-b', 'edge-ramp:other'].map((mark) =>
  everyCopy(`iptables -w -D INPUT ${rule(mark)}`),
);
const clearNat = [snat('10.129.0.1'), snat('10.129.0.2'), snat('10.129.0.1', 'edge-ramp:other')].map((each) =>
  everyCopy(`iptables -w -t nat -D POSTROUTING ${each}`),
);
const clearAddresses = [`${SDN_IP}/32 dev tun0`, `${SDN_IP}/24 dev tun0`, `${SDN_IP}/32 dev eth0`].map(
  (address) => `ip addr del ${address}`,
);
const clearFlows = ['0x999', '0x998'].map((cookie) => `ovs-ofctl -O OpenFlow13 del-flows br0 cookie=${cookie}/-1`);

/** Every kind of object on a ramp node that commands of its own make. */
export const NODE_CASES: Readonly<Record<string, ObjectCases>> = {
  input: {
    clear: clearRules,
    states: {
      absent: [],
      right: [`iptables -w -I INPUT 1 ${rule('edge-ramp:edge-b')}`],
      drifted: [`iptables -w -A INPUT ${rule('edge-ramp:edge-b')}`],
      foreign: [`iptables -w -I INPUT 1 ${rule('edge-ramp:other')}`],
    },
    operations: [
      `create~input ${BIGIP}~-~ahead`,
      `create~input ${BIGIP}~-~behind`,
      `modify~input ${BIGIP}~behind~ahead`,
      `modify~input ${BIGIP}~ahead~behind`,
      `delete~input ${BIGIP}~ahead~-`,
    ],
    questions: [`input ${BIGIP} eth0`],
  },
  tunnel: {
    clear: ['ip link del tun1', 'ip link del tun7'],
    states: {
      absent: [],
      right: [ADD],
      drifted: [`ip tunnel add tun1 mode ipip remote ${BIGIP} local 10.20.30.2 dev eth0`],
      foreign: [`ip tunnel add tun7 mode ipip remote ${BIGIP} dev eth0`],
    },
    operations: [
      `create~tunnel tun1~-~${ends(BIGIP)}`,
      `modify~tunnel tun1~${ends(BIGIP)}~${ends('10.20.30.9')}`,
      `modify~tunnel tun1~remote ${BIGIP} local 10.20.30.2 dev eth0~${ends(BIGIP)}`,
      `delete~tunnel tun1~${ends(BIGIP)}~-`,
    ],
    questions: ['tunnel tun1', 'tunnel tun7'],
  },
  link: {
    clear: ['ip link del tun1'],
    states: {
      absent: [],
      right: UP,
      drifted: [ADD],
      foreign: [`ip tunnel add tun1 mode ipip remote 10.20.30.9 dev eth0`],
    },
    operations: ['create~link tun1~-~up', 'delete~link tun1~up~-'],
    questions: ['link tun1'],
  },
  'address on the tunnel': {
    clear: ['ip link del tun1', `ip addr del ${T2}/32 dev eth0`],
    states: {
      absent: UP,
      right: [...UP, `ip addr add ${T2}/32 dev tun1`],
      drifted: [...UP, `ip addr add ${T2}/24 dev tun1`],
      foreign: [...UP, `ip addr add ${T2}/32 dev eth0`],
    },
    operations: [`create~address tun1 ${T2}~-~/32`, `delete~address tun1 ${T2}~/32~-`],
    questions: ['addresses tun1', 'addresses eth0'],
  },
  'address on tun0': {
    clear: clearAddresses,
    states: {
      absent: [],
      right: [`ip addr add ${SDN_IP}/32 dev tun0`],
      drifted: [`ip addr add ${SDN_IP}/24 dev tun0`],
      foreign: [`ip addr add ${SDN_IP}/32 dev eth0`],
    },
    operations: [`create~address tun0 ${SDN_IP}~-~/32`, `delete~address tun0 ${SDN_IP}~/32~-`],
    questions: ['addresses tun0', 'addresses eth0'],
  },
  route: {
    clear: ['ip link del tun1', `ip route del ${T1}/32`],
    basis: [...UP, `ip addr add ${T2}/32 dev tun1`],
    states: {
      absent: [],
      right: [`ip route add ${T1}/32 dev tun1`],
      drifted: [`ip route add ${T1}/32 dev tun0`],
      foreign: [`ip route add ${T1}/32 via ${BIGIP} dev eth0`],
    },
    operations: [
      `create~route ${T1}~-~dev tun1`,
      `modify~route ${T1}~dev tun0~dev tun1`,
      `delete~route ${T1}~dev tun1~-`,
    ],
    questions: [`route ${T1}`],
  },
  'route by a tunnel that is down': {
    clear: ['ip link del tun1', `ip route del ${T1}/32`],
    basis: [ADD],
    states: {
      absent: [],
      right: ['ip link set tun1 up', `ip route add ${T1}/32 dev tun1`, 'ip link set tun1 down'],
      drifted: [`ip route add ${T1}/32 dev tun0`],
      foreign: [`ip route add ${T1}/32 via ${BIGIP} dev eth0`],
    },
    operations: [`create~route ${T1}~-~dev tun1`, `modify~route ${T1}~dev tun0~dev tun1`],
    questions: [`route ${T1}`],
  },
  nat: {
    clear: clearNat,
    states: {
      absent: [],
      right: [`iptables -w -t nat -I POSTROUTING 1 ${snat('10.129.0.1')}`],
      drifted: [`iptables -w -t nat -I POSTROUTING 1 ${snat('10.129.0.2')}`],
      foreign: [`iptables -w -t nat -I POSTROUTING 1 ${snat('10.129.0.1', 'edge-ramp:other')}`],
    },
    operations: [
      `create~nat ${T1}~-~to 10.129.0.1`,
      `modify~nat ${T1}~to 10.129.0.2~to 10.129.0.1`,
      `delete~nat ${T1}~to 10.129.0.1~-`,
    ],
    questions: [`nat ${T1}`],
  },
  flow: {
    clear: clearFlows,
    states: {
      absent: [],
      right: [`${addFlow} cookie=0x999,${FLOW},actions=output:@port@`],
      drifted: [`${addFlow} cookie=0x999,${FLOW},actions=drop`],
      foreign: [`${addFlow} cookie=0x998,${FLOW},actions=output:@port@`],
    },
    operations: [
      `create~flow ${FLOW}~-~cookie=0x999 actions=output:@port@`,
      `modify~flow ${FLOW}~cookie=0x999 actions=drop~cookie=0x999 actions=output:@port@`,
      `modify~flow ${FLOW}~cookie=0x998 actions=output:@port@~cookie=0x999 actions=output:@port@`,
      `delete~flow ${FLOW}~cookie=0x999 actions=output:@port@~-`,
    ],
    questions: [`flows 0x999 ${T1}`],
  },
};

const KEEPER =
  'mark 127.112.0.11@keep link tun1%up@landmark cookie=0x0,table=253,priority=32768,actions=note:01.07.00.00.00.00';
const UNIT = 'edge-ramp-edge-b.service';
const UNIT_FILE = `$EDGE_RAMP_ROOT/etc/systemd/system/${UNIT}`;
const NO_KEEPER = [
  `systemctl stop ${UNIT}; systemctl disable ${UNIT}; rm -f ${UNIT_FILE} $EDGE_RAMP_ROOT/var/lib/edge-ramp/edge-b.{keeper,goal}`,
  'systemctl daemon-reload',
];

/** Claims are files of the CNI, which a script looks at and br0 as well; a keeper is a unit of systemd, a model on both sorts of hosts. */
export const FILE_CASES: Readonly<Record<string, ObjectCases>> = {
  claim: {
    files: true,
    basis: [`mkdir -p ${CLAIMS}`, `rm -f ${CLAIMS}/${SDN_IP}`],
    states: {
      absent: [],
      right: [`echo edge-ramp:edge-b > ${CLAIMS}/${SDN_IP}`],
      drifted: [`echo edge-ramp:other > ${CLAIMS}/${SDN_IP}`],
      foreign: [`echo 0123456789abcdef > ${CLAIMS}/${SDN_IP}`],
    },
    operations: [`create~claim ${SDN_IP}~-~edge-ramp:edge-b`, `delete~claim ${SDN_IP}~edge-ramp:edge-b~-`],
    questions: ['claims', 'pods'],
  },
  "claim on a Pod's address": {
    files: true,
    basis: [`rm -f ${CLAIMS}/10.129.0.6`],
    states: {
      absent: [],
      right: [`echo edge-ramp:edge-b > ${CLAIMS}/10.129.0.6`],
      drifted: [`echo edge-ramp:other > ${CLAIMS}/10.129.0.6`],
      foreign: [`echo 0123456789abcdef > ${CLAIMS}/10.129.0.6`],
    },
    operations: ['create~claim 10.129.0.6~-~edge-ramp:edge-b'],
    questions: ['claims', 'pods'],
  },
  keeper: {
    files: true,
    basis: NO_KEEPER,
    first: `create~keeper edge-b~-~${KEEPER}`,
    states: {
      absent: NO_KEEPER,
      right: [],
      drifted: [`sed -i s/RestartSec=5/RestartSec=50/ ${UNIT_FILE}`],
      foreign: [`printf '[Service]\\nExecStart=/bin/sleep 1000\\n' > ${UNIT_FILE}; systemctl daemon-reload`],
    },
    operations: [
      `create~keeper edge-b~-~${KEEPER}`,
      `modify~keeper edge-b~${KEEPER}~${KEEPER.replace('127.112.0.11', '127.112.0.12')}`,
      `create~keeper edge-b~-~stopped ${KEEPER}`,
      `delete~keeper edge-b~${KEEPER}~-`,
    ],
    questions: ['keeper'],
  },
};
