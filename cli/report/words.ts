export function many(count: number, what: string, plural = `${what}s`): string {
  return `${count} ${count === 1 ? what : plural}`;
}

export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
