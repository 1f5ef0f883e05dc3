/** Words by which each command of a node changes it; any other use only tells. */
const CHANGING: Readonly<Record<string, RegExp>> = {
  ip: /^(-\S+ )*(tunnel|link|addr|address|route|rule|neigh) (add|del|delete|change|replace|set|append|flush)\b/,
  iptables: /(^| )(-[AIDRFXNPZE]|--(append|insert|delete|replace|flush|new-chain|policy))( |$)/,
  'ovs-ofctl': /\b(add|mod|del|replace)-(flow|flows|group|groups|meter|meters|tlv-map)\b/,
  'ovs-vsctl': /\b(add|del)-(br|port|bond)\b|\b(set|clear|remove|create|destroy)\b/,
  'ovs-appctl': /flush-conntrack|del-flows/,
  conntrack: /^-[DFU]/,
  sysctl: /(^| )-w\b|=/,
};

/** Whether a command line of a node configures it, by its words: a kernel does not say. */
export const changes = (command: string, args: readonly string[]): boolean =>
  CHANGING[command]?.test(args.join(' ')) ?? false;
