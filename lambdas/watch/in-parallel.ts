/**
 * Calls `does` with each of many, at most `count` at a time.
 * @returns the results, in the order of the many
 * @throws the first error of `does`; calls that have begun go on
 */
export async function inParallel<In, Out>(
  count: number,
  many: readonly In[],
  does: (each: In) => Promise<Out>,
): Promise<Out[]> {
  const results: Out[] = [];
  const waiting = many.entries();
  const worker = async (): Promise<void> => {
    for (const [i, each] of waiting) results[i] = await does(each);
  };
  await Promise.all(Array.from({ length: count }, worker));
  return results;
}
