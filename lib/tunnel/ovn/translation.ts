import type { Answer } from '../device/answer';

/** The chain of nftables by which OVN-Kubernetes translates what leaves by its port, in releases whose nodes may do without iptables (OVN-4). */
export const TRANSLATION = 'mgmtport-snat';

const COUNTED = '(?:counter packets [0-9]+ bytes [0-9]+ )?';
/** What it leaves alone: other devices, ports and services of its own, its own address, networks that an administrator names, and IPv6. */
const EXCEPTIONS = [
  'oifname != "ovn-k8s-mp0" return',
  `meta l4proto \\. th dport @mgmtport-no-snat-nodeports ${COUNTED}return`,
  `(?:meta nfproto ipv4 )?ip saddr [0-9.]+ ${COUNTED}return`,
  `ip daddr \\. meta l4proto \\. th dport @mgmtport-no-snat-services-v4 ${COUNTED}return`,
  `ip saddr @mgmtport-no-snat-subnets-v4 ${COUNTED}return`,
  `.*\\b(?:ip6|nfproto ipv6) .*`,
].map((rule) => new RegExp(`^${rule}$`));
const SNAT = new RegExp(`^${COUNTED}snat ip to [0-9.]+$`);

/** Whether packets that the node forwards get the port's address: no rule that is not known stands before the one that translates all. */
export function translatesForwarded({ code, lines }: Answer): boolean {
  const hook = lines.findIndex((line) => line.trim().startsWith('type nat hook postrouting '));
  if (code !== 0 || hook < 0) return false;
  const rules = lines.slice(hook + 1).map((line) => line.trim());
  const decides = rules.find((rule) => !EXCEPTIONS.some((known) => known.test(rule)));
  return decides !== undefined && SNAT.test(decides);
}

/** Whether the chain INPUT of iptables, read by nft, lets everything in: there is none, or its policy accepts and no rule of it may say no. */
export function acceptsAll({ code, lines, complaint }: Answer): boolean {
  if (code === 1 && complaint.startsWith('Error: No such file or directory')) return true;
  return (
    code === 0 &&
    lines.some((line) => / hook input .*policy accept;/.test(line)) &&
    !lines.some((line) => /\b(?:drop|reject|queue|jump|goto|xt)\b/.test(line))
  );
}
