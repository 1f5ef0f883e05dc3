import type { ObjectCases } from './alike-node';

const MARK = 'description edge-ramp:edge-b';
const OTHER = 'description edge-ramp:other';
const tunnel = (remote: string, mark = MARK): string =>
  `profile ipip local-address 10.20.30.1 remote-address ${remote} ${mark}`;
const self = (address: string, mark = MARK): string => `address ${address} vlan SDN allow-service all ${mark}`;
const route = (network: string, mark = MARK): string => `network ${network} interface SDN ${mark}`;
const TUNNEL = `create net tunnels tunnel SDN { ${tunnel('10.20.30.2')} }`;
const SELF = `create net self SDN { ${self('10.3.92.216/24')} }`;
const ROUTE = 'SDN_10.128.0.0_14';
const pool = (mark = MARK): string => `create ltm snatpool SDN_snatpool { members add { 10.3.92.216 } ${mark} }`;
const translate = (to: string): string => `modify ltm virtual ose-vserver source-address-translation { ${to} }`;

/** Back to a BIG-IP that has never seen a tunnel; each line on its own, since tmsh stops at the first that it refuses. */
export const CLEAN_BIGIP: readonly string[] = [
  translate('type none'),
  'delete ltm snatpool SDN_snatpool',
  `delete net route ${ROUTE}`,
  'delete net self SDN',
  'delete net tunnels tunnel SDN',
];

/** Every kind of object on a BIG-IP. tmsh is the same model on both sorts of hosts; what it took has to be possible in the kernel. */
export const BIGIP_CASES: Readonly<Record<string, ObjectCases>> = {
  tunnel: {
    states: {
      absent: [],
      right: [TUNNEL],
      drifted: [TUNNEL.replace('30.2 ', '30.9 ')],
      foreign: [`create net tunnels tunnel SDN { ${tunnel('10.20.30.9', OTHER)} }`],
    },
    operations: [
      `create~tunnel SDN~-~${tunnel('10.20.30.2')}`,
      `modify~tunnel SDN~${tunnel('10.20.30.9')}~${tunnel('10.20.30.2')}`,
      `delete~tunnel SDN~${tunnel('10.20.30.2')}~-`,
    ],
    questions: ['tunnel SDN', 'tunnels 10.20.30.1 10.20.30.2'],
  },
  'self IP': {
    basis: [TUNNEL],
    states: {
      absent: [],
      right: [SELF],
      drifted: [SELF.replace('allow-service all ', '')],
      foreign: [`create net self SDN { ${self('10.3.92.210/24', OTHER)} }`],
    },
    operations: [
      `create~self SDN~-~${self('10.3.92.216/24')}`,
      `modify~self SDN~${self('10.3.92.216/24')}~${self('10.3.92.216/24')}`,
      `delete~self SDN~${self('10.3.92.216/24')}~-`,
    ],
    questions: ['self SDN', 'selfs 10.3.92.216'],
  },
  route: {
    basis: [TUNNEL, SELF],
    states: {
      absent: [],
      right: [`create net route ${ROUTE} { ${route('10.128.0.0/14')} }`],
      drifted: [`create net route ${ROUTE} { network 10.128.0.0/14 gw 10.20.30.2 ${MARK} }`],
      foreign: [`create net route ${ROUTE} { ${route('10.128.0.0/15', OTHER)} }`],
    },
    operations: [
      `create~route ${ROUTE}~-~${route('10.128.0.0/14')}`,
      `modify~route ${ROUTE}~${route('10.128.0.0/14')}~${route('10.128.0.0/14')}`,
      `delete~route ${ROUTE}~${route('10.128.0.0/14')}~-`,
    ],
    questions: ['routes 10.128.0.0/14 SDN'],
  },
  'SNAT pool': {
    states: {
      absent: [],
      right: [pool()],
      drifted: [pool().replace('.216', '.210')],
      foreign: [pool(OTHER)],
    },
    operations: [
      `create~snatpool SDN_snatpool~-~members 10.3.92.216 ${MARK}`,
      `modify~snatpool SDN_snatpool~members 10.3.92.210 ${MARK}~members 10.3.92.216 ${MARK}`,
      `delete~snatpool SDN_snatpool~members 10.3.92.216 ${MARK}~-`,
    ],
    questions: ['snatpool SDN_snatpool'],
  },
  'virtual server': {
    basis: [pool()],
    states: {
      absent: ['delete ltm snatpool SDN_snatpool'],
      right: [translate('type snat pool SDN_snatpool')],
      drifted: [],
      foreign: [translate('type automap')],
    },
    operations: [
      'modify~virtual ose-vserver~type none~type snat pool SDN_snatpool',
      'modify~virtual ose-vserver~type snat pool SDN_snatpool~type none',
    ],
    questions: ['virtual ose-vserver'],
  },
  'saved configuration': {
    states: { absent: [], right: [TUNNEL, 'save sys config'], drifted: [TUNNEL], foreign: [pool(OTHER)] },
    operations: ['create~config saved~-~0123456789abcdef', 'modify~config saved~fedcba9876543210~0123456789abcdef'],
    questions: ['saved'],
  },
};
