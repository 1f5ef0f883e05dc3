import type { Fate } from '../model/states';
import type { Tone } from '../model/tone';

/** How each fate of an object stands out: its colour, and the sign before it. */
export const FATES: Readonly<Record<Fate, readonly [Tone, string]>> = {
  kept: ['quiet', '='],
  made: ['good', '+'],
  changed: ['changed', '~'],
  removed: ['bad', '−'],
  'to make': ['good', '+'],
  'to change': ['changed', '~'],
  'to remove': ['bad', '−'],
  'put back': ['quiet', '='],
  left: ['bad', '!'],
  unknown: ['bad', '?'],
};
