/** Lines that one of two dumps has more often than the other: `- ` gone, `+ ` come, without their indentation. */
export function difference(before: readonly string[], after: readonly string[]): string[] {
  const [gone, come] = [[] as string[], [...after]];
  for (const line of before) {
    const at = come.indexOf(line);
    if (at < 0) gone.push(line);
    else come.splice(at, 1);
  }
  return [...gone.map((line) => `- ${line.trim()}`), ...come.map((line) => `+ ${line.trim()}`)];
}
