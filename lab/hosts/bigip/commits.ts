import {
  CLASS_NAMES,
  emptyConfiguration,
  floats,
  listings,
  type ClassName,
  type Configuration,
  type Properties,
} from './objects';
import type { Commit, Device, Unit } from './unit';

/** The time tells a unit's commit from an earlier one with its number, which was lost in a restart. */
export const isSame = (a: Commit | undefined, b: Commit | undefined): boolean =>
  a?.id === b?.id && a?.origin === b?.origin && a?.time === b?.time;

/** Whether config sync carries an object (BIP-33, BIP-34). */
function isShared(name: ClassName, properties: Properties, tunnels: Device['tunnels']): boolean {
  if (name === 'net vlan') return false;
  if (name === 'net self') return floats(properties);
  if (name === 'net tunnels tunnel') return tunnels === 'enable';
  return true;
}

/** What config sync carries of a configuration, or what it leaves to the unit. */
function partOf(config: Configuration, which: 'shared' | 'own', tunnels: Device['tunnels']): Configuration {
  const part = emptyConfiguration();
  for (const name of CLASS_NAMES)
    for (const [object, properties] of Object.entries(config[name]))
      if (isShared(name, properties, tunnels) === (which === 'shared')) part[name][object] = properties;
  return structuredClone(part);
}

/** What a unit has after it has received what another one shares. */
export function received(target: Configuration, source: Configuration, tunnels: Device['tunnels']): Configuration {
  const [next, shared] = [partOf(target, 'own', tunnels), partOf(source, 'shared', tunnels)];
  for (const name of CLASS_NAMES) Object.assign(next[name], shared[name]);
  return next;
}

/** What a unit shares, as text. */
export const sharedText = ({ running, device }: Unit): string =>
  listings(partOf(running, 'shared', device.tunnels)).join('\n');

/** The commit that follows one that a unit knows. */
export const nextCommit = ({ device }: Unit, known: Commit, now: number): Commit => ({
  id: known.id + 1,
  origin: device.name,
  time: now,
});
