import type { Change } from '../../lib/tunnel/plan/plan';
import { type Style } from './style';
import { byDevice } from './stages';
import { printableLines } from '../terminal';

/** The changes of a plan, for a person: a paragraph a device, `+` made, `-` removed, `~` changed. */
export function diff(changes: readonly Change[], style: Style): string {
  return byDevice(changes)
    .map(({ device, stages }) => {
      const own = stages.flatMap(({ when, changes }) => [
        ...(when === '' ? [] : [style.dim(`  ${when}`)]),
        ...changes.flatMap((change) => lines(change, style)),
      ]);
      return [style.bold(device), ...own, ''].join('\n');
    })
    .join('\n');
}

function lines({ text, interrupts }: Change, { good, bad, changed }: Style): readonly string[] {
  const paint = text.startsWith('+') ? good : text.startsWith('-') ? bad : changed;
  return [
    `  ${paint(printableLines(text))}`,
    ...(interrupts === null ? [] : [bad(`    ! cuts live traffic: ${printableLines(interrupts)}`)]),
  ];
}
