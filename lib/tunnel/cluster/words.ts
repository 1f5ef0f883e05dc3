import type { Operation } from '../device/operation';
import { isShared, readShared, withoutOwner, type SharedKind } from './objects';
import { property } from '../device/words';

const SIGN = { create: '+', delete: '-', modify: '~' } as const;

/** One line of the diff, as an operator calls things. */
export function describe(operation: Operation): string {
  const { verb, object, from, to } = operation;
  const [kind, name, key] = object.split(' ') as [string, string, string];
  if (isShared(kind))
    return describeShared(kind, name, key, readShared(from)?.is ?? '-', readShared(to)?.is ?? '-', to);
  if (verb === 'modify' && withoutOwner(from!) === withoutOwner(to!))
    return property(to, 'owner') === undefined
      ? `~ ipfailover ${name}: no longer marked as this tunnel's`
      : `~ ipfailover ${name}: marked as this tunnel's`;
  return `${SIGN[verb]} ipfailover ${name}: ${failover((to ?? from)!)}`;
}

function describeShared(kind: SharedKind, name: string, key: string, from: string, to: string, value?: string): string {
  const what = {
    label: `label ${key}${from === to && to !== '-' ? `=${text(to)}` : ''} on node ${name}`,
    scheduling: `node ${name}`,
    account: `service account default/${name}`,
    scc: `privileged SCC for service account default/${name}`,
  }[kind];
  if (from === to)
    return `~ ${what}: ${readShared(value)?.first === undefined ? `no longer used by this tunnel${to === '-' ? '' : ', stays'}` : 'used by this tunnel'}`;
  if (kind === 'scheduling') return `~ ${what}: ${schedulable(to)} (was ${schedulable(from)})`;
  if (kind !== 'label') return `${to === '-' ? '-' : '+'} ${what}`;
  if (from === '-') return `+ label ${key}=${text(to)} on node ${name}`;
  if (to === '-') return `- label ${key}=${text(from)} on node ${name}`;
  return `~ label ${key}=${text(to)} on node ${name} (was ${key}=${text(from)})`;
}

function text(label: string): string {
  return label === '=' ? '' : label;
}

function schedulable(is: string): string {
  return is === 'on' ? 'schedulable' : 'unschedulable';
}

function failover(value: string): string {
  const word = (name: string): string => property(value, name) ?? '-';
  const check = word('check');
  const port = word('port') === '0' ? '' : `port ${word('port')}, `;
  const health = { none: `${port}no health check`, other: "another's health check" }[check] ?? 'health check';
  const marked = property(value, 'owner') === undefined ? ", no tunnel's mark" : '';
  return `virtual IP ${word('vip')} on ${word('interface')}, VRRP id ${Number(word('offset')) + 1}, ${health}${marked}`;
}
