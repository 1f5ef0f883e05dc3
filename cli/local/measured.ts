import type { Fault, HostCommand } from '../../lab/hosts/host';
import type { Lab, Sent } from '../../lab/index';
import { figuresOf, type Figures } from '../report/figures';
import { isSendFault } from './fault-effects';

/** Counts what happens in a lab from now on, where it happens: on its endpoints and its hosts. What they do not see is as the run's history tells it. */
export function measuring(lab: Lab, faults: readonly Fault[]) {
  const [trips, commands, sends] = [lab.trips().length, lab.hosts.journal().length, lab.sends().length];
  return (told: Figures) => {
    const journal = lab.hosts.journal().slice(commands);
    return {
      figures: { ...told, ...figuresOf(lab.trips().slice(trips), journal, told.stateTransitions) },
      notes: idleFaults(faults, journal, lab.sends().slice(sends)),
    };
  };
}

/** Faults that did not strike during a run, in words: by the command lines that ran on hosts, and the commands that were sent there. */
function idleFaults(
  given: readonly Fault[],
  journal: readonly HostCommand[],
  sends: readonly Sent[],
): readonly string[] {
  return given.flatMap((fault, i) => {
    const { host, match, nth, effect } = fault;
    const there = isSendFault(fault)
      ? sends.filter(({ instance }) => instance === host).map(({ document }) => document)
      : journal.filter((command) => command.host === host).map(({ line }) => line);
    const pattern = new RegExp(match ?? '');
    const met = there.filter((text) => pattern.test(text)).length;
    if (met >= nth) return [];
    const what = isSendFault(fault) ? 'commands sent' : 'command lines';
    const matched = match === undefined ? 'were met' : `matched ${pattern}`;
    return [`fault ${i} (${effect} on ${host}) did not strike: ${met} of ${nth} ${what} ${matched}`];
  });
}
