import { readAnswers, type Answer } from '../lib/tunnel/device/answer';
import { NotUnderstood } from '../lib/tunnel/errors/errors';

/** One command of kit/transcript.sh and what came of it. `key` is the script's own name for it, `undo-...` for one that cleans up. */
export interface Said extends Answer {
  readonly key: string;
  readonly line: string;
  readonly code: number;
}

/** What kit/transcript.sh printed of one device; plain data, and in this form a fixture. */
export interface Transcript {
  readonly part: 'bigip' | 'pair' | 'cluster' | 'node';
  /** A simulated device answered: no evidence. */
  readonly simulated: boolean;
  /** What the script was told: name, address; group; name, node, interface, address; network. */
  readonly told: Readonly<Record<string, string>>;
  readonly said: readonly Said[];
}

/** Exit codes of `timeout` and ssh by which no device has answered: 124 too late, 126 and 127 no such command, 255 no connection. */
const UNANSWERED = [124, 126, 255];

/**
 * Reads a transcript. The device's name in messages is `source`.
 * @throws NotUnderstood: cut, altered, or none of kit/transcript.sh's
 */
export function readTranscript(source: string, text: string): Transcript {
  const answers = readAnswers(source, text.replaceAll('\r', ''), ['kit']);
  const words = answers.get('kit')!.lines.map((line) => line.split(' ') as [string, string]);
  const { part, simulated, ...told } = Object.fromEntries(words);
  if (part !== 'bigip' && part !== 'pair' && part !== 'cluster' && part !== 'node')
    throw new NotUnderstood(
      'answer-unknown',
      `${source}: of "${part ?? ''}", which is neither bigip, pair, cluster nor node`,
    );
  const said = [...answers]
    .filter(([question]) => question !== 'kit')
    .map(([question, { code, ...answer }]) => {
      const key = question.split(' ', 1)[0]!;
      return { key, line: question.slice(key.length + 1), ...answer, code: code ?? 255 };
    });
  return { part, simulated: simulated !== 'no', told, said };
}

/** The answer under a key; undefined: it was not asked, or nobody answered. */
export function answerTo({ said }: Transcript, key: string): Said | undefined {
  return said.find((each) => each.key === key && !UNANSWERED.includes(each.code));
}
