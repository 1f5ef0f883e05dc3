import type { Change } from '../../lib/tunnel/plan/plan';
import type { Stage } from '../../lib/tunnel/device/operation';
import { type Style } from './style';
import { printableLines } from '../terminal';

/** When a stage's changes are made, for a device that has changes in several: traffic leaves first and arrives last. */
const WHEN: Readonly<Record<Stage, string>> = {
  detach: 'first:',
  prepare: 'before the others:',
  shape: 'then:',
  attach: 'last:',
  clean: 'when traffic goes the new way:',
};

/** The changes of a plan, for a person: a paragraph a device, `+` made, `-` removed, `~` changed. */
export function diff(changes: readonly Change[], style: Style): string {
  const paragraph = (device: string): string => {
    const own = changes.filter((change) => change.device === device);
    return [style.bold(device), ...ofDevice(own, style), ''].join('\n');
  };
  return [...new Set(changes.map(({ device }) => device))].map(paragraph).join('\n');
}

function ofDevice(changes: readonly Change[], style: Style): readonly string[] {
  const stages = [...new Set(changes.map(({ stage }) => stage))];
  return stages.flatMap((stage, i) => {
    // The first stage needs a word only where it is not the ordinary one.
    const told = stage === 'clean' || (stages.length > 1 && (i > 0 || stage === 'detach'));
    const own = changes.filter((change) => change.stage === stage).flatMap((change) => lines(change, style));
    return told ? [style.dim(`  ${WHEN[stage]}`), ...own] : own;
  });
}

function lines({ text, interrupts }: Change, { good, bad, changed }: Style): readonly string[] {
  const paint = text.startsWith('+') ? good : text.startsWith('-') ? bad : changed;
  return [
    `  ${paint(printableLines(text))}`,
    ...(interrupts === null ? [] : [bad(`    ! cuts live traffic: ${printableLines(interrupts)}`)]),
  ];
}
