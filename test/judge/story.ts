import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import type { Devices } from './devices';
import { Failed, judged } from './product';
import type { Answer, Case, Failure, JudgedPlan, Outcome, Records, Situation } from './recorded';

export const NOTHING: Records = { original: null, before: null, applied: null };

/** How the answer of one device is spoilt, or what its command ends with. */
export interface Spoilt {
  readonly device: string;
  readonly stage: 'observe' | 'prove';
  readonly how: ((stdout: string) => string) | { readonly error: Failure };
}

/** One tunnel's life: each run that is tried in it is one case. */
export class Story {
  readonly cases: Case[] = [];
  constructor(private readonly name: string) {}

  /** A run on copies of these devices: they stay as they are. */
  async run(
    name: string,
    devices: Devices,
    declared: Declared,
    records: Records = NOTHING,
    { way = 'forward', ...request }: Partial<Pick<Situation, 'way'>> & Situation['request'] = {},
    spoilt?: Spoilt,
  ): Promise<Outcome> {
    const situation: Situation = { way, request, declared: JSON.stringify(declared), records };
    const answers: Record<string, Answer> = {};
    const live = devices.clone();
    const outcome = await judged(situation, (command) => {
      const { stage, device, document } = command;
      if (document === 'apply') {
        live.carryOut([command]);
        return 'carried out\n';
      }
      const about = `${stage} ${device}`;
      const stdout = live.answer(command);
      if (spoilt?.device !== device || spoilt.stage !== stage) {
        answers[about] = { lines: stdout.split('\n').slice(0, -2) };
        return stdout;
      }
      if (typeof spoilt.how === 'object') {
        answers[about] = spoilt.how;
        throw new Failed(spoilt.how.error);
      }
      const text = spoilt.how(stdout);
      answers[about] = { spoilt: text.split('\n') };
      return text;
    });
    this.cases.push({ name: `${this.name}: ${name}`, ...situation, answers, outcome });
    return outcome;
  }
}

/** The records as a run leaves them in the table that has begun to change something. */
export function begun(plan: JudgedPlan, { applied }: Records): Records {
  const original: Record<string, Record<string, string>> = {};
  for (const [device, object, value] of plan.original as readonly (readonly [string, string, string])[])
    (original[device] ??= {})[object] = value;
  const touched: Record<string, Record<string, object>> = {};
  for (const [device, object, from, ...wrote] of plan.before.touched)
    (touched[device!] ??= {})[object!] = { from, wrote };
  const declared = plan.before.declared.map((each) => JSON.parse(each) as object);
  return { original: JSON.stringify(original), before: JSON.stringify({ declared, touched }), applied };
}

/** The records after a run that ended well. */
export function ended(plan: JudgedPlan): Records {
  return { ...begun(plan, NOTHING), before: null, applied: plan.applied };
}
