/** Canonical values are words in pairs: `local-address 10.3.89.66 description none`. */

/** The pairs of a value by their first words; undefined: it is no such value. */
export function pairs(value: string): ReadonlyMap<string, string> | undefined {
  const words = value.split(' ');
  if (words.length % 2 !== 0) return undefined;
  return new Map(words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1]!] as const] : [])));
}

/** The word that follows a name; undefined: there is no such name, or no value. */
export function property(value: string | undefined, name: string): string | undefined {
  return pairs(value ?? '')?.get(name);
}

/** A value as the device shows it: `%20` stands for a blank, `%25` for the percent sign. */
export function readable(value: string): string {
  return value.replaceAll('%20', ' ').replaceAll('%25', '%');
}
