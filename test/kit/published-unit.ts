import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTranscript, type Transcript } from '../../kit/transcript';
import { SCRIPT } from './asked';

/** What one unit of a pair answers, in the forms of the published listings that BIP-33 to BIP-45 name. */
export const PUBLISHED: Readonly<Record<string, string>> = {
  'list sys db iptunnel.configsync value': 'sys db iptunnel.configsync {\n    value "enable"\n}',
  'show cm sync-status': `
-------------------------------------------------------------------------------------
CM::Sync Status
-------------------------------------------------------------------------------------
Color    green
Status   In Sync
Mode     high-availability
Summary  All devices in the device group are in sync
Details
         bigip2.example.com: connected
         device_trust_group (In Sync): All devices in the device group are in sync
         edge-dg (In Sync): All devices in the device group are in sync`,
  'show cm sync-status field-fmt': `cm cmi-sync-status {
    color green
    details.0.details bigip2.example.com: connected
    details.1.details edge-dg (In Sync): All devices in the device group are in sync
    mode high-availability
    status In Sync
    summary All devices in the device group are in sync
}`,
  'show cm failover-status': `
--------------------------------------------------------------------------
CM::Failover Status
--------------------------------------------------------------------------
Color    green
Status   ACTIVE
Summary  1/1 active
Details  active for /Common/traffic-group-1`,
  'show cm failover-status field-fmt':
    'cm failover-status {\n    color green\n    status ACTIVE\n    summary 1/1 active\n}',
  'show cm traffic-group field-fmt': 'cm traffic-group traffic-group-1 {\n    failover-state active\n}',
  'list cm device-group /Common/edge-dg all-properties': `cm device-group edge-dg {
    asm-sync disabled
    auto-sync disabled
    devices {
        bigip1.example.com { }
        bigip2.example.com { }
    }
    full-load-on-sync false
    incremental-config-sync-size-max 1024
    network-failover enabled
    save-on-auto-sync false
    type sync-failover
}`,
  'show cm device-group field-fmt': 'cm device-group edge-dg {\n    type sync-failover\n}',
  'list cm device one-line': `cm device bigip1.example.com { configsync-ip 10.20.30.11 hostname bigip1.example.com management-ip 10.3.88.67 self-device true unicast-address { { effective-ip 10.20.30.11 effective-port 1026 ip 10.20.30.11 } } version 17.1.1.3 }
cm device bigip2.example.com { configsync-ip 10.20.30.12 hostname bigip2.example.com management-ip 10.3.88.68 unicast-address { { effective-ip 10.20.30.12 effective-port 1026 ip 10.20.30.12 } } version 17.1.1.3 }`,
  'list sys folder /Common all-properties': `sys folder /Common {
    device-group /Common/edge-dg
    hidden false
    inherited-devicegroup true
    inherited-traffic-group true
    traffic-group /Common/traffic-group-1
}`,
  'list net tunnels tunnel all-properties': `net tunnels tunnel SDN {
    description none
    local-address 10.20.30.1
    profile ipip
    remote-address 10.20.30.4
    secondary-address any
    traffic-group none
}`,
  'list net self one-line': `net self outer { address 10.20.30.11/24 traffic-group traffic-group-local-only vlan external }
net self outer-float { address 10.20.30.1/24 floating enabled traffic-group traffic-group-1 unit 1 vlan external }
net self v6 { address 2001:db8::1/64 traffic-group traffic-group-1 vlan external }`,
  'list net route one-line': 'net route SDN_1 { interface SDN network 10.128.0.0/14 }',
  'list ltm snat-translation all-properties': `ltm snat-translation 10.3.92.216 {
    address 10.3.92.216
    arp enabled
    inherited-traffic-group true
    traffic-group traffic-group-1
}`,
  'list ltm virtual-address one-line':
    'ltm virtual-address 10.20.30.80 { address 10.20.30.80 arp enabled mask 255.255.255.255 traffic-group traffic-group-1 }',
};

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A way to that unit: what bash does with a line. */
function unit(shell: 'tmsh' | 'bash'): string {
  const line = (words: string): string => (shell === 'tmsh' ? words : `tmsh -a -q -c '${words}'`);
  const cases = Object.entries(PUBLISHED).map(
    ([words, said]) => `${quoted(line(words))}) printf '%s\\n' ${quoted(said)} ;;`,
  );
  const login = shell === 'tmsh' ? `echo 'Syntax Error: unexpected argument "tmsh"'; exit 1` : 'echo tmsh';
  return `case $1 in
'tmsh -v') ${login} ;;
${cases.join('\n')}
'grep '*'/var/log/ltm'*) echo 'notice mcpd: 0107142f:3: a line of the log' ;;
*) echo "01020036:3: not published: $1"; exit 1 ;;
esac`;
}

/** Runs kit/transcript.sh against that unit. A published answer is no evidence of a device: it counts as simulated. */
export function askUnit(shell: 'tmsh' | 'bash' = 'tmsh'): { readonly code: number | null; readonly out: string } {
  const folder = mkdtempSync(join(tmpdir(), 'edge-ramp-unit-'));
  try {
    const way = join(folder, 'unit.sh');
    writeFileSync(way, unit(shell));
    const env = { PATH: process.env['PATH'], EDGE_RAMP_LAB_HOST: 'published' };
    const { status, stdout } = spawnSync('bash', [SCRIPT, 'pair', 'edge-dg', 'bash', way], { encoding: 'utf8', env });
    return { code: status, out: stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const unitTranscript = (): Transcript => readTranscript('unit', askUnit().out);
