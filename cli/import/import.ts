import { join, relative } from 'node:path';
import { draftMistakes, type Draft } from '../../lib/tunnel/declaration/draft';
import { hostKey } from '../../lib/tunnel/declaration/host-key';
import { mistakeLines } from '../../lib/tunnel/declaration/mistake-lines';
import { checkDocument } from '../../lib/tunnel/declaration/parse';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { Refused } from '../../lib/tunnel/errors/errors';
import { deviceTitle, devicesOf, documentsFor, parametersOf } from '../../lib/tunnel/plan/devices';
import type { Plan } from '../../lib/tunnel/plan/plan';
import { askDevice } from '../aws/ask-device';
import { askedFor, filledIn, type Person, type Given } from '../init/dialogue';
import { schemaFrom, writeNew } from '../init/file';
import { filled, type Question } from '../init/questions';
import { publishedNames, yamlText } from '../init/yaml';
import { commandDocument } from '../local/assembly';
import type { Place } from '../place';
import { diff } from '../report/diff';
import { styleFor } from '../report/style';
import { many } from '../report/words';
import type { Surroundings } from '../surroundings';
import { printableLines } from '../terminal';
import { importedFrom, type Imported } from './hand-made';
import type { AskDevice } from './looks';
import { marksIn, planOf } from './plan';

/**
 * What must be known to look, from options or from a person.
 * @returns undefined when an option breaks a rule: it is told
 * @public loaded when it is needed
 */
export async function waysTo(
  blank: Draft,
  questions: readonly Question[],
  given: Given,
  person: Person | undefined,
  { err }: Surroundings,
): Promise<Draft | undefined> {
  if (person) return askedFor(blank, questions, given, draftMistakes, person);
  const draft = filledIn(blank, questions, given);
  const mistakes = draftMistakes(
    draft,
    questions.map(({ path }) => path),
  );
  if (mistakes.length === 0) return draft;
  err.write(`${mistakeLines(draft.name, mistakes).join('\n')}\nNothing was looked at or written.\n`);
  return undefined;
}

/**
 * Looks at the devices of a hand-made tunnel, writes its declaration, and says what an apply would change.
 * @param known the ways to the devices, and the names
 * @returns 0; 2 when somebody has to complete the file
 * @throws Problem, NotUnderstood or Error of one sentence when a device cannot be looked at: then nothing is written
 * @public loaded when it is needed
 */
export async function importFrom(known: Draft, place: Place, surroundings: Surroundings): Promise<number> {
  const { out } = surroundings;
  const ask = askingAt(place, surroundings);
  out.write(`${place.words}: looking at ${devicesIn(known).join(', ')}.\n`);
  const imported = await importedFrom(asked(known), ask);
  const file = write(imported, surroundings);
  const checked = checkDocument(imported.draft);
  if ('mistakes' in checked) {
    const lines = mistakeLines(file, checked.mistakes).map((line) => `  ${line}\n`);
    out.write(`Written: ${file}. To be completed by you, since no device tells it:\n${lines.join('')}`);
    return 2;
  }
  out.write(`Written: ${file}, and it has no mistake.\n`);
  out.write(await planned(checked.value as Tunnel, ask, surroundings));
  const [make, local] = place.lab === undefined ? ['npx cdk deploy', ''] : ['npx cdk synth --quiet', ' --local'];
  out.write(`\nNext: npx edge-ramp validate, ${make}, npx edge-ramp plan ${known.name}${local} (docs/adopting.md).\n`);
  return 0;
}

/** The documents of the deployment that look, and stamp no fence. */
function askingAt({ aws }: Place, { project, sleep }: Surroundings): AskDevice {
  return (device, questions) =>
    askDevice(
      aws,
      {
        title: deviceTitle(device),
        document: String(commandDocument(project, documentsFor(device), 'observe')['Name']),
        instance: device.instance,
        parameters: { ...parametersOf(device, 0), Questions: questions },
      },
      sleep,
    );
}

/** What is looked at, by the names that plans give them. */
function devicesIn(known: Draft): readonly string[] {
  return devicesOf(known as Tunnel, null).map(deviceTitle);
}

/** @returns the file, as it is seen from the current folder */
function write({ draft, unknown, known }: Imported, { product, tunnels, folder }: Surroundings): string {
  const about = [
    `Imported from what was told by: ${devicesIn(draft).join(', ')}.`,
    'As an example it is left alone by automation: take `example` out when the plan is as you want it, and deploy.',
  ];
  const remarks = unknown.map(({ path, text }) => ({ path, text: `edge-ramp does not know this: ${text}` }));
  const names = publishedNames({ bigips: draft.bigip.length, nodes: draft.ramp.nodes.length }).filter(
    ({ path }) => !unknown.some((each) => each.path.join() === path.join()),
  );
  const file = join(tunnels, `${draft.name}.yaml`);
  writeNew(file, yamlText(draft, schemaFrom(tunnels, product), about, [...names, ...known, ...remarks]));
  return relative(folder, file);
}

/** What an apply would do. What is adopted has no line, but for edge-ramp's mark on it. */
async function planned(spec: Tunnel, ask: AskDevice, { out }: Surroundings): Promise<string> {
  let plan: Plan;
  try {
    plan = await planOf(spec, ask);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return `\nAn apply would be refused: ${printableLines(error.message)}\n`;
  }
  const { changes, remarks } = plan;
  const style = styleFor(out);
  return [
    changes.length === 0
      ? '\nAn apply would change nothing.\n'
      : `\nChanges that an apply would make:\n\n${diff(changes, style)}\n${judged(plan)}\n`,
    ...(remarks.length > 0 ? [`\nRemarks\n${remarks.map((each) => `  ${printableLines(each)}\n`).join('')}`] : []),
  ].join('');
}

/** Whether the changes cut traffic, and how many are no more than the mark by which edge-ramp knows what it has adopted. */
function judged(plan: Plan): string {
  const cutting = plan.changes.filter(({ interrupts }) => interrupts !== null).length;
  const marks = marksIn(plan);
  return [
    cutting === 0 ? 'None of them cuts live traffic.' : `${many(cutting, 'change')} would cut live traffic.`,
    ...(marks === 0 ? [] : [`${marks} of them only mark as edge-ramp's what stands.`]),
  ].join(' ');
}

/** As the document takes it, without the host before the key or the comment behind it; and an example, which automation leaves alone. */
function asked(known: Draft): Draft {
  const { kind, name, ...fields } = known;
  const draft = { kind, name, example: true, ...fields };
  return known.bigip.reduce<Draft>(
    (whole, unit, i) => filled(whole, ['bigip', i, 'hostKey'], hostKey.parse(unit.hostKey)),
    draft,
  );
}
