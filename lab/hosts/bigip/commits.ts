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

export const isSame = (a: Commit | undefined, b: Commit | undefined): boolean =>
  a?.id === b?.id && a?.origin === b?.origin;

/** Whether config sync carries an object (F5's manual for tunnels; measured on real pairs for the others). */
function isShared(name: ClassName, properties: Properties, tunnels: Device['tunnels']): boolean {
  if (name === 'net vlan') return false;
  if (name === 'net self') return floats(properties);
  if (name === 'net tunnels tunnel') return tunnels === 'enable';
  return true;
}

/** What config sync carries of a configuration, or what it leaves to the unit. */
export function partOf(config: Configuration, which: 'shared' | 'own', tunnels: Device['tunnels']): Configuration {
  const part = emptyConfiguration();
  for (const name of CLASS_NAMES)
    for (const [object, properties] of Object.entries(config[name]))
      if (isShared(name, properties, tunnels) === (which === 'shared')) part[name][object] = properties;
  return structuredClone(part);
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
