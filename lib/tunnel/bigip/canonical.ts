import { relative } from './tmsh';

/** Properties that tmsh prints although nobody set them, or that never differ for objects of this kind (BIP-6). */
const INCIDENTAL: Readonly<Record<string, readonly string[] | true>> = {
  'if-index': true,
  partition: ['Common'],
  'traffic-group': ['traffic-group-local-only', 'none'],
  floating: ['disabled'],
  'inherited-traffic-group': ['false'],
  'inherited-devicegroup': true,
  unit: ['0'],
  mtu: ['0'],
};

/** What a property is when it is not printed. */
const DEFAULTS: Readonly<Record<string, string>> = { description: 'none', 'allow-service': 'none' };

/**
 * The canonical value of a listed object, and the settings that do not belong to it. A value is tmsh's own words in one fixed order, immutable
 * properties first, so that the apply script can hand them to `create` as they are and to `modify` without the first (documents/bigip-apply.sh).
 * A blank inside a description is `%20`.
 * @param shown the properties of a value, in order
 * @param found as `properties` gives it
 */
export function canonical(
  shown: readonly string[],
  found: ReadonlyMap<string, readonly string[]>,
): { readonly value: string; readonly unrestorable: string } {
  const words: string[] = [];
  for (const name of shown) {
    const value = found.get(name)?.map(relative).sort().join(',') ?? DEFAULTS[name];
    if (value === undefined || value === '' || (name === 'traffic-group' && incidental(name, [value]))) continue;
    words.push(name, name === 'allow-service' ? services(value) : encode(value));
  }
  const others = [...found]
    .filter(([name, value]) => !shown.includes(name) && !incidental(name, value) && !follows(name, shown))
    .map(([name, value]) => `${name} ${value.join(' ')}`.trim());
  const unsafe = words
    .filter((word) => !/^[A-Za-z0-9_.:/,%@=+-]+$/.test(word))
    .map((word) => `characters that edge-ramp does not send: ${word}`);
  return { value: words.join(' '), unrestorable: [...others, ...unsafe].join(', ') };
}

/** A list of services is shown in braces, which are never sent: edge-ramp does not touch a self IP that it could not put back. */
function services(value: string): string {
  return ['all', 'none', 'default'].includes(value) ? value : `{${value}}`;
}

function incidental(name: string, value: readonly string[]): boolean {
  const usual = INCIDENTAL[name];
  return usual === true || (usual !== undefined && value.every((word) => usual.includes(relative(word))));
}

/** `floating` and `unit` say of a self IP what its traffic group says. */
function follows(name: string, shown: readonly string[]): boolean {
  return shown.includes('traffic-group') && ['floating', 'unit'].includes(name);
}

/** Only blanks and percent signs of a description are sent in another form. */
function encode(text: string): string {
  return text.replaceAll('%', '%25').replaceAll(' ', '%20');
}
