/**
 * Asks again and again, with a limit that no machine should need.
 * @throws Error that says what it waited for, after 120 s
 */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const late = Date.now() + 120_000;
  while (!(await holds())) {
    if (Date.now() > late) throw new Error(`Waited for it in vain: ${what}.`);
    await seconds(0.3);
  }
}

/** Time in which something goes on, or in which nothing is to happen. */
export const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1000));
