export function many(count: number, what: string, plural = `${what}s`): string {
  return `${count} ${count === 1 ? what : plural}`;
}

/** How much a run changed; where it only planned, how much would change. */
export function changesOf(outcome: string, { length }: readonly unknown[]): string {
  const changes = many(length, 'change');
  return outcome === 'Planned' ? `would make ${changes}` : changes;
}

/** An execution's name, by its ARN. */
export function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
