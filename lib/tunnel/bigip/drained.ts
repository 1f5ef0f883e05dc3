/** What came of waiting for connections to end, of all addresses of a BIG-IP together; null: it would not say. `seconds` were given at most. */
export interface Drained {
  readonly drained: number | null;
  readonly cut: number | null;
  readonly seconds: number;
}

/** What the apply script reports of it; undefined: it had nothing to wait for. */
export function readDrained(text: string): Drained | undefined {
  const found = [...text.matchAll(/^translation \S+: drained ([0-9]+|\?), cut ([0-9]+|\?) within ([0-9]+) s$/gm)];
  const sum = (column: number): number | null =>
    found.reduce<number | null>(
      (total, { [column]: each = '?' }) => (total === null || each === '?' ? null : total + Number(each)),
      0,
    );
  return found.length === 0 ? undefined : { drained: sum(1), cut: sum(2), seconds: sum(3)! };
}
