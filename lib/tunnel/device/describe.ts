import type { Operation } from './operation';
import { pairs, readable } from './words';

/**
 * One line of the diff. Values are words in pairs (`local-address 10.3.89.66 ...`), so a changed object shows only what changes.
 * @param operation any operation
 * @returns `+ tunnel SDN: ...`, `- tunnel SDN: ...` or `~ tunnel SDN: remote-address 10.3.89.89 → 10.3.89.90`
 */
export function describeWords({ object, from, to }: Operation): string {
  if (from === undefined) return `+ ${object}: ${readable(to!)}`;
  if (to === undefined) return `- ${object}: ${readable(from)}`;
  const [old, next] = [pairs(from), pairs(to)];
  if (!old || !next) return `~ ${object}: ${readable(from)} → ${readable(to)}`;
  const names = [...new Set([...old.keys(), ...next.keys()])].filter((name) => old.get(name) !== next.get(name));
  return `~ ${object}: ${names.map((name) => `${name} ${readable(old.get(name) ?? 'none')} → ${readable(next.get(name) ?? 'none')}`).join(', ')}`;
}

/** The sign before a line of the diff. */
export function sign({ verb }: Operation): string {
  return { create: '+', delete: '-', modify: '~' }[verb];
}
