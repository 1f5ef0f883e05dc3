/** What a host may hold after a teardown that it did not hold before. All else is a residue. */
export const MAY_STAY: readonly { readonly what: RegExp; readonly why: string }[] = [
  {
    what: /^link tunl0 down ipip mtu \d+ remote any local any/,
    why: 'the module ipip makes this idle device in every namespace when the first tunnel is added; only unloading the module removes it',
  },
  {
    what: /^(file|sysctl) .*\/(conf|neigh)\/tunl0\//,
    why: 'settings of that device',
  },
  {
    what: /^iptables filter -A INPUT -d 224\.0\.0\.18\/32 -j ACCEPT$/,
    why: "the ipfailover image's own rule, which it never takes back; other VRRP of that node may live by it",
  },
  {
    what: /^file \/var\/lib\/edge-ramp\/[\w.-]+\.(lock|fence)\b/,
    why: 'the number of the last run has to outlive the tunnel: by it a command that comes late is known as one of an overtaken run',
  },
  {
    what: /^file \/var\/lib\/edge-ramp\/[\w.-]+\.saved\b/,
    why: "what BIG-IP's saved configuration holds, which tmsh cannot be asked (ADR 0007): the next apply has to know of a save that did not come about",
  },
];
