/**
 * The word that somebody meant who typed another one: it differs by at most one letter in three (inserted, left out, exchanged, or two swapped).
 * Capitals do not count.
 * @returns undefined when no word is so near
 */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(typed.length / 3));
  let found: { readonly word: string; readonly distance: number } | undefined;
  for (const word of words) {
    if (Math.abs(word.length - typed.length) > most) continue;
    const distance = distanceBetween(typed.toLowerCase(), word.toLowerCase());
    if (distance <= most && (found === undefined || distance < found.distance)) found = { word, distance };
  }
  return found?.word;
}

/** Damerau's and Levenshtein's distance (optimal string alignment): a row of the table for each letter of `a`. */
function distanceBetween(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, exchanged);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(swapped ? Math.min(least, rows[i - 2]![j - 2]! + 1) : least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
