/** What came of one check. A warning keeps nobody from going on. */
export interface Check {
  readonly check: string;
  /** How it was looked at. */
  readonly how: string;
  readonly result: 'pass' | 'warning' | 'fail' | 'cannot know';
  /** What was seen, and what to do where it is not good. */
  readonly evidence: string;
}

/** A check by its name, and how it is made: what is seen is added. */
export function checking(check: string, how: string) {
  return (result: Check['result'], evidence: string): Check => ({ check, how, result, evidence });
}

/** Passed, or failed with other evidence. */
export function judged(say: ReturnType<typeof checking>, good: boolean, evidence: string, otherwise: string): Check {
  return good ? say('pass', evidence) : say('fail', otherwise);
}
