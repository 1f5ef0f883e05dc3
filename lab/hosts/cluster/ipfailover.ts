import { isAddress } from '../address';
import { Refusal, type Answer } from '../answer';
import { text } from '../texts';
import type { Cluster } from './cluster';

/** Options of `oc adm ipfailover`: the default, and the container's variable after OPENSHIFT_HA_, if there is one. */
const OPTIONS = {
  '--virtual-ips': ['', 'VIRTUAL_IPS'],
  '--virtual-ip-groups': ['0', 'VIP_GROUPS'],
  '--interface': ['', 'NETWORK_INTERFACE'],
  '--watch-port': ['80', 'MONITOR_PORT'],
  '--vrrp-id-offset': ['0', 'VRRP_ID_OFFSET'],
  '--replicas': ['1', 'REPLICA_COUNT'],
  '--iptables-chain': ['INPUT', 'IPTABLES_CHAIN'],
  '--notify-script': ['', 'NOTIFY_SCRIPT'],
  '--check-script': ['', 'CHECK_SCRIPT'],
  '--preemption-strategy': ['preempt_delay 300', 'PREEMPTION'],
  '--check-interval': ['2', 'CHECK_INTERVAL'],
  '--selector': ['', ''],
  '--service-account': ['ipfailover', ''],
  '--type': ['keepalived', ''],
  '--create': ['false', ''], // never read: it creates in any case
} as const;
type Option = keyof typeof OPTIONS;
export const IPFAILOVER_OPTIONS = Object.keys(OPTIONS) as Option[];

const isRange = (part: string): boolean => /^\d+(\.\d+){3}(-\d{1,3})?$/.test(part) && isAddress(part.split('-')[0]!);

/** `oc adm ipfailover` of 3.11: makes a service account and a deployment config, each whatever became of the other. */
export function ipfailover(cluster: Cluster, names: readonly string[], given: ReadonlyMap<string, string>): Answer {
  const option = (name: Option): string => given.get(name) ?? OPTIONS[name][0];
  const [name = 'ipfailover', ...more] = names;
  const [list, account, offset] = [option('--virtual-ips'), option('--service-account'), option('--vrrp-id-offset')];
  if (more.length) throw new Refusal('failoverArguments');
  if (option('--type') !== 'keepalived') throw new Refusal('failoverType', option('--type'));
  if (!list) throw new Refusal('failoverNoAddress');
  const bad = list.split(',').find((part) => !isRange(part));
  if (bad !== undefined) throw new Refusal('failoverBadAddress', bad);
  if (!/^\d+$/.test(offset) || Number(offset) > 254) throw new Refusal('failoverOffset');
  const selector = option('--selector') || `ipfailover=${name}`;
  const pairs = selector.split(',');
  const negative = pairs.find((pair) => pair.endsWith('-'));
  if (negative) throw new Refusal('failoverNegative', negative);
  // a part of any user's name is enough for it
  if (!cluster.privileged.some((user) => user.includes(account))) throw new Refusal('failoverScc', account, account);

  const variables = IPFAILOVER_OPTIONS.flatMap((each) => (OPTIONS[each][1] ? [[OPTIONS[each][1], option(each)]] : []));
  const env = [['CONFIG_NAME', name], ...variables, ['USE_UNICAST', 'false']];
  const told = [text('failoverHead', name)];
  const errors: string[] = [];
  if (cluster.accounts[account]) errors.push(text('failoverExists', 'serviceaccounts', account));
  else told.push(text('failoverCreated', 'serviceaccount', account));
  cluster.accounts[account] ??= { labels: { ipfailover: name }, annotations: {} };
  if (cluster.configs[name]) errors.push(text('failoverExists', 'deploymentconfigs.apps.openshift.io', name));
  else told.push(text('failoverCreated', 'deploymentconfig', name));
  cluster.configs[name] ??= {
    labels: { ipfailover: name },
    annotations: {},
    replicas: Number(option('--replicas')),
    selector:
      selector === `ipfailover=${name}` // stands for no selector
        ? {}
        : Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string])),
    account,
    env: Object.fromEntries(env.map(([key, value]) => [`OPENSHIFT_HA_${key}`, value])) as Record<string, string>,
  };
  return {
    code: errors.length ? 1 : 0,
    out: `${[...told, errors.length ? '--> Failed' : '--> Success'].join('\n')}\n`,
    err: errors.map((line) => `${line}\n`).join(''),
    writes: errors.length < 2,
  };
}
