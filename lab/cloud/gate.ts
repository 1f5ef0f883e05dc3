/** Lets so many through at once; the others wait in the order in which they came. */
export class Gate {
  private inside = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly atOnce: number) {}

  async through<T>(does: () => Promise<T>): Promise<T> {
    if (this.inside >= this.atOnce) await new Promise<void>((enter) => this.waiting.push(enter));
    else this.inside++;
    try {
      return await does();
    } finally {
      // Whoever waits takes the place; else it is free.
      const next = this.waiting.shift();
      if (next) next();
      else this.inside--;
    }
  }
}
