import type { Fault } from '../lab/hosts/host';
import type { Lab, StateEvent } from '../lab/index';
import { idleFaults } from './faults';
import type { Ended, Execution, Input } from './place';
import { figuresOf } from './report/figures';

/**
 * Starts the state machine in an open lab and counts what this one execution costs.
 * @param faults that the lab was opened with: what did not strike is told
 */
export function execute(
  lab: Lab,
  input: Input,
  onEvent: (event: StateEvent) => void,
  faults: readonly Fault[] = [],
): Execution {
  const [trips, commands, begun] = [lab.trips().length, lab.hosts.journal().length, Date.now()];
  const asked = lab.sends().length;
  const { arn, done } = lab.start(input, onEvent);
  const end = async (): Promise<Ended> => {
    const execution = await done;
    const journal = lab.hosts.journal().slice(commands);
    return {
      execution,
      item: await lab.item(input.tunnel),
      figures: figuresOf(lab.trips().slice(trips), journal, execution.transitions),
      seconds: (Date.now() - begun) / 1000,
      notes: idleFaults(faults, journal, lab.sends().slice(asked)),
    };
  };
  return { arn, ended: end(), stop: () => lab.stop(arn) };
}
