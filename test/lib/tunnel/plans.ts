import { Refused } from '../../../lib/tunnel/errors/errors';
import type { Plan, Work } from '../../../lib/tunnel/plan/plan';
import { EXAMPLE, Site } from './site';

/** No work for any kind of device. */
export const NOBODY = { bigip: [], ramp: [], cluster: [] };

/** Every operation of a plan that changes something or waits, `verb object`, in the order in which it is sent. */
export function operations({ work: { detach, prepare, shape, attach, clean } }: Plan): string[] {
  const all: readonly Work[] = [
    ...detach.bigip,
    ...prepare.ramp,
    ...shape.ramp,
    ...shape.bigip,
    ...attach.bigip,
    ...clean.bigip,
    ...clean.ramp,
  ];
  return all
    .flatMap((work) => work.operations.map((each) => each.split('~').slice(0, 2).join(' ')))
    .filter((operation) => !operation.startsWith('keep '));
}

export function applied(spec = EXAMPLE): Site {
  const site = new Site(spec);
  site.apply();
  return site;
}

/** Refused by this code, with all that an operator needs in the message: device, object, value, what to do. */
export function refused(plan: () => unknown, code: Refused['code'], ...words: readonly string[]): void {
  let error: unknown;
  try {
    plan();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(Refused);
  expect((error as Refused).code).toBe(code);
  for (const word of words) expect((error as Refused).message).toContain(word);
}

export const BIGIP = 'BIG-IP 10.3.88.66';
export const NODE = 'ramp node i-0a4e90de0a4e90de0';
