import type { SendFault } from '../../hosts/host';

/** Faults that strike where commands are sent. Each counts the commands that it matches. */
export class SendFaults {
  private readonly met: number[];

  constructor(private readonly faults: readonly SendFault[]) {
    this.met = faults.map(() => 0);
  }

  /** The fault that spoils the command just asked for, if any. */
  strike(instance: string, document: string): SendFault | undefined {
    const struck = this.faults.filter((fault, i) => {
      if (fault.host !== instance || !new RegExp(fault.match ?? '').test(document)) return false;
      const nth = ++this.met[i]!;
      return nth >= fault.nth && nth < fault.nth + (fault.times ?? 1);
    });
    return struck[0];
  }
}
