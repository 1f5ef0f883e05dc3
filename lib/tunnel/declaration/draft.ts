import type { Mistake } from './mistake';
import { checkDocument } from './parse';
import { crossFieldMistakes } from './rules';
import type { Tunnel } from './tunnel';

export type Path = Mistake['path'];

/** A declaration of a tunnel that is being filled in. A field without its answer is an empty text, and no rule between fields counts it. */
export type Draft = Pick<Tunnel, 'kind' | 'name' | 'bigip' | 'ramp' | 'clusterNetworks' | 'tunnel'> & Partial<Tunnel>;

/**
 * The mistakes in what is filled in so far, by the rules of each field and then by those between fields.
 * @param answered the fields that have their answers; a mistake elsewhere is only that something is missing yet
 */
export function draftMistakes(draft: Draft, answered: readonly Path[]): readonly Mistake[] {
  const concerns = ({ path }: Mistake): boolean => answered.some((field) => within(path, field));
  const checked = checkDocument(draft);
  if ('value' in checked) return [];
  const mistakes = checked.mistakes.filter(concerns);
  return mistakes.length > 0 ? mistakes : crossFieldMistakes(withDefaults(draft)).filter(concerns);
}

/** Whether a path is that of a field, or of something in it. */
export function within(path: Path, field: Path): boolean {
  return field.every((part, i) => part === path[i]);
}

/** The rules between fields look at some that have defaults. Objects may have a name or two so far. */
function withDefaults(draft: Draft): Tunnel {
  const { ramp, tunnel } = draft;
  return {
    ...draft,
    virtualServers: draft.virtualServers ?? [],
    objects: draft.objects ?? { tunnel: 'SDN', self: 'SDN', snatPool: 'SDN_snatpool' },
    ramp: { ...ramp, schedulable: ramp.schedulable ?? true },
    tunnel: { ...tunnel, interface: tunnel.interface ?? 'tun1' },
  } as Tunnel;
}
