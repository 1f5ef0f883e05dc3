import type { Look } from '../device/look';
import type { Subject } from '../device/observation';
import { property } from '../device/words';
import type { Declared } from '../declaration/tunnel';
import { failoversQuestion, readFailovers } from './failovers';
import { ipfailover } from './ipfailover';
import { addresses } from './pair';

/** What the ipfailover object of a pair says that somebody made. undefined: it says nothing that a declaration could have. */
export interface HandMadeFailover {
  readonly interface: string | undefined;
  readonly serviceAccount: string | undefined;
  readonly vrrpIdOffset: number | undefined;
  /** The key of the label by which it chooses its nodes. */
  readonly label: string | undefined;
}

/** What is asked to find the object that has a pair's virtual IP. */
export const failoverNameQuestions = failoversQuestion;

/** The only object of project default that has the virtual IP: edge-ramp adopts none elsewhere. @throws NotUnderstood */
export function readFailoverName(look: Look): string | undefined {
  const { failovers } = readFailovers(look);
  const names = failovers
    .filter(({ project, vips }) => project === 'default' && addresses(vips).includes(look.subject.spec.ramp.vip!))
    .map(({ name }) => name);
  return names.length === 1 ? names[0] : undefined;
}

/** What is asked of the object by its name. */
export function handMadeFailoverQuestions(subject: Subject<Declared>): readonly string[] {
  return ipfailover.questions!(subject);
}

/** @throws NotUnderstood */
export function readHandMadeFailover(look: Look): HandMadeFailover {
  const [found] = ipfailover.read(look, handMadeFailoverQuestions(look.subject), {});
  const word = (name: string): string | undefined => property(found?.value, name);
  const offset = word('offset') ?? '';
  return {
    interface: word('interface'),
    serviceAccount: word('account'),
    vrrpIdOffset: /^\d{1,3}$/.test(offset) ? Number(offset) : undefined,
    label: /^([^=,]+)=true$/.exec(word('selector') ?? '')?.[1],
  };
}
