import { quoted, readAnswers, type Answer } from './answer';

/** What a node of the SDN said to one question. In `lines` each run of blanks is one blank, and none stands at either end. */
export interface NodeAnswer extends Answer {
  /** All that the command said, as the node printed it: for sentences. */
  readonly printed: string;
}

/**
 * Reads what an observe script printed on a node of the SDN. Blanks never count in what decides: iproute2 of RHEL 7.3 and before prints two
 * where later ones print one (LX-24).
 *
 * @throws NotUnderstood
 */
export function readNodeAnswers(
  device: string,
  text: string,
  questions: readonly string[],
): ReadonlyMap<string, NodeAnswer> {
  return new Map(
    [...readAnswers(device, text, questions)].map(([question, answer]) => [
      question,
      { ...answer, lines: answer.lines.map((line) => line.trim().replace(/\s+/g, ' ')), printed: quoted(answer) },
    ]),
  );
}

/** Whether iproute2 says that there is no such interface. */
export function isAbsent({ code, complaint }: Answer): boolean {
  return code !== 0 && /does not exist|Cannot find device/.test(complaint);
}
