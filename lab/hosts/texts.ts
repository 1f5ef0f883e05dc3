import { format } from 'node:util';

/**
 * Everything the simulated devices say, in one place, so that a transcript of a real device can correct it. `verified` texts were taken from a
 * real kernel, iproute2 6.1, iptables 1.8.9, Open vSwitch 3.1 or from published output of a real BIG-IP; the rest is by analogy: no code may
 * rely on more of it than the exit code and, for BIG-IP, the error code.
 */
interface Text {
  readonly verified: boolean;
  readonly exit: number;
  readonly text: string;
}
const verified = (exit: number, text: string): Text => ({ verified: true, exit, text });
const unverified = (exit: number, text: string): Text => ({ verified: false, exit, text });

export const TEXTS = {
  notModelled: verified(127, '%s: not modelled by the lab: %s'), // the lab's own words
  faultBefore: verified(1, 'injected fault: not done: %s'),
  faultAfter: verified(1, 'injected fault: done, but reported as failed: %s'),
  notFoundHere: verified(127, '%s: command not found'), // bash's words

  // ip
  tunnelLine: verified(0, '%s: ip/ip remote %s local %s%s'),
  tunnelModuleLine: verified(0, 'tunl0: any/ip remote any local any ttl inherit nopmtudisc'),
  tunnelExists: verified(1, 'add tunnel "tunl0" failed: File exists'), // names tunl0 whatever the device asked for
  tunnelChangeClash: verified(1, 'add tunnel "%s" failed: File exists'), // "add", although it was to be changed
  tunnelChangeAbsent: verified(1, 'get tunnel "%s" failed: No such device'),
  tunnelDeleteAbsent: verified(1, 'delete tunnel "%s" failed: No such device'),
  tunnelNone: verified(1, '%s tunnel "%s" failed: Operation not supported'), // a device of another kind
  deviceNotFound: verified(1, 'Cannot find device "%s"'),
  deviceNotThere: verified(1, 'Device "%s" does not exist.'),
  fileExists: verified(2, 'RTNETLINK answers: File exists'),
  noAddress: verified(2, 'RTNETLINK answers: Cannot assign requested address'),
  noRoute: verified(2, 'RTNETLINK answers: No such process'),
  unreachable: verified(2, 'RTNETLINK answers: Network is unreachable'),
  deviceDown: verified(2, 'Error: Device for nexthop is not up.'),
  noSource: verified(2, 'Error: Invalid prefsrc address.'),
  noGateway: verified(2, 'Error: Nexthop has invalid gateway.'),
  wildcard: verified(
    0,
    'Warning: Executing wildcard deletion to stay compatible with old scripts.\n         Explicitly specify the prefix length (%s/%d) to avoid this warning.\n         This special behaviour is likely to disappear in further releases,\n         fix your scripts!',
  ),
  linkCounters: unverified(
    0,
    '    RX:  bytes packets errors dropped  missed   mcast           \n%s      0       0       0       0 ',
  ),

  // modinfo
  ipipModule: unverified(0, 'filename:       /lib/modules/5.14.0/kernel/net/ipv4/ipip.ko.xz'),

  // sysctl
  sysctlAbsent: verified(1, 'sysctl: cannot stat /proc/sys/net/ipv4/conf/%s/forwarding: No such file or directory'),

  // iptables
  badRule: verified(1, 'iptables: Bad rule (does a matching rule exist in that chain?).'),
  noChain: verified(1, 'iptables: No chain/target/match by that name.'),
  indexTooBig: verified(1, 'iptables: Index of insertion too big.'),

  extensionMissing: verified(1, 'Warning: Extension %s revision 0 not supported, missing kernel module?'),
  ruleFailed: verified(4, 'iptables v1.8.9 (nf_tables):  RULE_%s failed (No such file or directory): rule in chain %s'),
  noTarget: verified(
    2,
    "iptables v1.8.9 (legacy): Couldn't load target `%s':No such file or directory\n\nTry `iptables -h' or 'iptables --help' for more information.",
  ),
  conntrackFlushed: verified(0, 'conntrack v1.4.7 (conntrack-tools): connection tracking table has been emptied.'),

  // nft
  nftAbsent: verified(1, 'Error: No such file or directory\n%s\n                ^^^^^^^^^^^^^^'),

  // Open vSwitch
  flowsHeader: verified(0, 'OFPST_FLOW reply (OF1.3) (xid=0x2):'),
  flowAggregate: verified(0, 'OFPST_AGGREGATE reply (OF1.3) (xid=0x2): packet_count=0 byte_count=0 flow_count=%d'),
  flowLine: verified(0, ' cookie=%s, duration=%ss, table=%d, n_packets=0, n_bytes=0, %sactions=%s'),
  noVersion: verified(
    1,
    'vconn|WARN|unix:/run/openvswitch/%s.mgmt: version negotiation failed (we support version 0x01, peer supports version 0x04)\novs-ofctl: %s: failed to connect to socket (Broken pipe)',
  ),
  noBridge: verified(1, 'ovs-ofctl: %s is not a bridge or a socket'),
  flowKeyword: verified(1, 'ovs-ofctl: %sunknown keyword %s'),
  flowTable: verified(1, 'ovs-ofctl: %sactions are invalid with specified match (OFPBIC_BAD_TABLE_ID)'),
  flowAction: verified(1, 'ovs-ofctl: %sunknown action %s'),
  flowNoAction: verified(1, 'ovs-ofctl: %smust specify an action'),
  flowCookie: verified(1, 'ovs-ofctl: %scannot set cookie (to match on a cookie, specify a mask, e.g. cookie=%s/-1)'),
  unknownBridge: verified(2, '%s: unknown bridge\novs-appctl: ovs-vswitchd: server returned an error'),
  traced: unverified(0, 'Flow: %s\n\nbridge("br0")\n-------------\n\nDatapath actions: %s'),
  noInterface: verified(1, 'ovs-vsctl: no row "%s" in table Interface'),

  // systemctl, as RHEL 7 has it
  unitFile: unverified(1, 'Failed to execute operation: No such file or directory'),
  unitEnabled: unverified(
    0,
    'Created symlink from /etc/systemd/system/multi-user.target.wants/%s.service to /etc/systemd/system/%s.service.',
  ),
  unitDisabled: unverified(0, 'Removed symlink /etc/systemd/system/multi-user.target.wants/%s.service.'),
  unitState: unverified(1, 'Failed to get unit file state for %s.service: No such file or directory'),
  unitStart: unverified(5, 'Failed to %s %s.service: Unit not found.'),
  unitStop: unverified(5, 'Failed to stop %s.service: Unit %s.service not loaded.'),

  // oc, by its sources of 3.11 and kubectl 1.11
  ocNotFound: unverified(1, 'Error from server (NotFound): %s "%s" not found'),
  ocExists: unverified(1, 'Error from server (AlreadyExists): %s "%s" already exists'),
  ocHasLabel: unverified(1, "error: '%s' already has a value (%s), and --overwrite is false"),
  ocHasAnnotation: unverified(
    1,
    "error: --overwrite is false but found the following declared annotation(s): '%s' already has a value (%s)",
  ),
  ocNoLabel: unverified(0, 'label "%s" not found.'),
  ocNone: unverified(0, 'No resources found'),
  ocDone: unverified(0, '%s %s'), // node/N labeled
  ocDeleted: unverified(0, '%s "%s" %s'),
  ocForced: unverified(
    0,
    'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.',
  ),
  ocLogin: unverified(1, 'error: You must be logged in to the server (Unauthorized)'),
  ocForbidden: unverified(
    1,
    'Error from server (Forbidden): pods is forbidden: User "edge-ramp" cannot create resource "pods" in API group "" in the namespace "%s"',
  ),
  ocNoDebug: unverified(1, 'error: cannot debug %s: *v1.Node is not supported by debug'), // 3.11's client
  ocNoDebugPod: unverified(1, 'error: timed out waiting for the condition'),
  ocCut: unverified(1, 'error: unexpected EOF'),
  ocNonZero: unverified(1, 'error: non-zero exit code from debug container'), // from 4.14 on
  podImage: unverified(0, 'Back-off pulling image "%s"'),
  ocScc: unverified(0, 'scc "%s" %s: [%s]'),
  ocNodeHead: unverified(0, 'NAME                 STATUS                     ROLES     AGE       VERSION'),
  ocNodeRow: unverified(0, '%s   %s   compute   100d      v1.11.0+d4cacc0'),
  ocRolledOut: unverified(0, 'replication controller "%s-1" successfully rolled out'),
  ocRolloutWaits: unverified(0, 'Waiting for rollout to finish: %d of %d updated replicas are available...'),
  ocRolloutFailed: unverified(1, 'error: replication controller "%s-1" has failed progressing'),
  ocOutOfBounds: unverified(
    1,
    'error: error executing jsonpath "%s": Error executing template: array index out of bounds: index %d, length %d.',
  ),
  ocConfig: unverified(1, 'error: stat %s: no such file or directory'),
  ocUnknown: unverified(1, 'error: unknown command "%s"\nSee \'oc adm -h\' for help and examples'),
  ocHelpAdm: unverified(0, 'Administrative Commands\n\nUsage:\n  oc adm [flags]\n\nCommands:\n  %s'),
  ocHelpCordon: unverified(0, 'Mark node as unschedulable.\n\nUsage:\n  oc adm cordon NODE [flags]'),
  ocHelpUncordon: unverified(0, 'Mark node as schedulable.\n\nUsage:\n  oc adm uncordon NODE [flags]'),
  ocHelpManageNode: unverified(
    0,
    'Manage nodes \n\nUsage:\n  oc adm manage-node [--schedulable] [--list-pods] NODE [flags]\n\nOptions:\n      --schedulable=false: Control pod schedulability on the node.',
  ),
  ocHelpIpfailover: unverified(
    0,
    'Configure or view IP Failover configuration \n\nUsage:\n  oc adm ipfailover [NAME] [flags]\n\nOptions:\n%s',
  ),
  failoverHead: unverified(0, '--> Creating IP failover %s ...'),
  failoverCreated: unverified(0, '    %s "%s" created'),
  failoverExists: unverified(1, '    error: %s "%s" already exists'),
  failoverScc: unverified(
    1,
    'error: ipfailover could not be created; service account "%s" does not have sufficient privileges, grant access with: oc adm policy add-scc-to-user privileged -z %s',
  ),
  failoverNoAddress: unverified(
    1,
    'error: you must specify at least one virtual IP address (--virtual-ips=) for keepalived to expose',
  ),
  failoverBadAddress: unverified(1, 'error: Invalid IP address: %s'),
  failoverOffset: unverified(1, 'error: The vrrp-id-offset must be in the range 0..254'),
  failoverType: unverified(1, 'error: No plugins available to handle type "%s"'),
  failoverNegative: unverified(1, 'error: you may not pass negative labels in "%s"'),
  failoverArguments: unverified(1, 'error: Please pass zero or one arguments'),

  // ping (iputils)
  pingHead: unverified(0, 'PING %s (%s) 56(84) bytes of data.'),
  pingHeadFrom: verified(0, 'PING %s (%s) from %s %s: 56(84) bytes of data.'),
  pingReply: unverified(0, '64 bytes from %s: icmp_seq=%d ttl=64 time=0.512 ms'),
  pingEnd: unverified(
    0,
    '\n--- %s ping statistics ---\n%d packets transmitted, %d received, %d%% packet loss, time %dms\n%s',
  ),

  // ssh
  hostKey: verified(255, 'Host key verification failed.'),
  permission: unverified(255, '%s@%s: Permission denied (publickey).'),
  connectTimeout: unverified(255, 'ssh: connect to host %s port 22: Connection timed out'),

  // BIG-IP: the codes are sourced; the class words stand in bigip/objects.ts
  notFound: unverified(1, '01020036:3: The requested %s (/Common/%s) was not found.'),
  alreadyExists: unverified(1, '01020066:3: The requested %s (/Common/%s) already exists in partition Common.'),
  inUse: unverified(1, '01070265:3: The %s (/Common/%s) cannot be deleted because it is in use by a %s (/Common/%s).'),
  poolReferenced: verified(1, '01070320:3: Snatpool %s is still referenced by a virtual server.'),
  duplicateNetwork: verified(
    1,
    '01070734:3: Configuration error: invalid static route, the dest/netmask pair %s/%s already exists for /Common/%s',
  ),
  noSnatPool: verified(1, '01071811:3: Virtual Server /Common/%s references non-existent snatpool <no name>.'),
  notConnected: verified(1, '01070330:3: Static route gateway %s is not directly connected via an interface.'),
  unknownReference: unverified(
    1,
    '01070712:3: Values (/Common/%s) specified for %s (/Common/%s): foreign key index (%s_FK) do not point at an item that exists in the database.',
  ),
  immutable: unverified(
    1,
    '01070734:3: Configuration error: The %s of %s (/Common/%s) cannot be changed after it is set.',
  ),
  missingProperty: unverified(1, '01070734:3: Configuration error: %s (/Common/%s): %s must be specified.'),
  memberExists: unverified(
    1,
    '01020066:3: The requested snatpool member (/Common/%s /Common/%s) already exists in partition Common.',
  ),
  unexpectedArgument: verified(1, 'Syntax Error: unexpected argument "%s"'),
  unknownProperty: unverified(1, 'Syntax Error: "%s" unknown property'),
  invalidValue: unverified(1, 'Syntax Error: "%s" invalid %s'),
  usage: unverified(
    1,
    'usage: tmsh <options ...> <command>\n  -a          do not update the command history file\n  -c          run a command',
  ),
  version: unverified(0, 'TMSH Version 17.1.1.3'),
  saved: unverified(
    0,
    'Saving running configuration...\n  /config/bigip.conf\n  /config/bigip_base.conf\n  /config/bigip_user.conf',
  ),
  mcpState: unverified(0, 'sys mcp-state {\n    last-load full-config-load-succeed\n    phase running\n}'),
  virtualState: unverified(
    0,
    'ltm virtual %s {\n    destination %s\n    status.availability-state %s\n    status.enabled-state enabled\n    status.status-reason %s\n}',
  ),
  // Fields are those that other objects have in this format; that a translation has them too is not known.
  translationState: unverified(
    0,
    'ltm snat-translation %s {\n    addr %s\n    serverside.bits-in 0\n    serverside.bits-out 0\n    serverside.cur-conns %d\n    serverside.tot-conns %d\n}',
  ),
  // The headings, the lines "Status" and the words of a status are sourced; the other lines and their layout are not.
  syncStatus: unverified(
    0,
    '\n-----------------------------------\nCM::Sync Status\n-----------------------------------\nColor    %s\nStatus   %s\nMode     %s\nSummary  %s\nDetails  ',
  ),
  failoverStatus: unverified(
    0,
    '\n--------------------------\nCM::Failover Status\n--------------------------\nColor    %s\nStatus   %s\nSummary  %s\nDetails  ',
  ),

  // A pair of BIG-IPs: summaries and details by published output, but for those without a source
  allInSync: verified(0, 'All devices in the device group are in sync'),
  changesPending: verified(0, 'Changes pending'),
  changeConflict: verified(0, 'There is a possible change conflict between %s and %s.'),
  recommendedSync: verified(0, ' - Recommended action: Synchronize %s to group %s'),
  awaitingSync: verified(0, '%s, %s awaiting the initial ConfigSync'),
  notAllSynced: verified(0, '%s did not receive last sync successfully'),
  syncFailure: verified(0, 'A validation error occurred while syncing to a remote device'),
  syncError: verified(0, ' - Sync error on %s: Load failed from /Common/%s\n%s'),
  syncReview: verified(
    0,
    ' - Recommended action: Review the error message and determine corrective action on the device.',
  ),
  disconnected: unverified(0, 'One or more devices are unreachable (disconnected)'),
  failoverConnections: unverified(
    0,
    '\n------------------------------------------------------------------\nCM::Failover Connections\nLocal Failover Address  Remote Device  Status\n------------------------------------------------------------------\n%s:1026  %s  %s',
  ),
  unknownGroup: verified(1, '01070734:3: Configuration error: Device group (%s) not found in device group sync'),
  pushFirst: unverified(
    1,
    '01070734:3: Configuration error: from-group is not allowed until a push has been done first',
  ),
  floatingLeft: verified(
    1,
    '01070393:3: Cannot delete IP %s because it would leave floating self IP /Common/%s with no non-floating IP on this network.',
  ),
  // That it is refused when it is made, and in these words, is inferred from the refusal above.
  floatingFirst: unverified(
    1,
    '01070393:3: Cannot create IP %s because it would leave floating self IP /Common/%s with no non-floating IP on this network.',
  ),
  regrouped: unverified(
    1,
    '01070734:3: Configuration error: The traffic-group of self IP (/Common/%s) cannot be changed by a sync.',
  ),
  loadFailed: unverified(1, '01070712:3: Caught configuration exception (0), the load was made to fail.'),
} satisfies Record<string, Text>;

/** A text of the catalogue with its words filled in. */
export const text = (id: keyof typeof TEXTS, ...words: readonly (string | number)[]): string =>
  format(TEXTS[id].text, ...words);
