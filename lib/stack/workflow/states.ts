import { type CatchProps, Choice, Condition, type IChainable } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { jsonata } from './expressions';

/** One rule of a decision: when this bare expression holds, go there, setting these variables. */
export interface Rule {
  readonly when: string;
  readonly goTo: string;
  readonly assign?: Record<string, unknown>;
}

/** Where a state leads that failed with one of these errors; default: with any. */
export interface Caught {
  readonly errors?: readonly string[];
  readonly goTo: string;
  readonly assign?: Record<string, unknown>;
}

/** What is used of a state. CDK's tasks are no `TaskStateBase` under exactOptionalPropertyTypes. */
interface Named extends IChainable {
  readonly id: string;
}
interface Leading extends Named {
  next(to: IChainable): unknown;
}
interface Working extends Leading {
  addCatch(to: IChainable, props: CatchProps): unknown;
}

/**
 * The states of a machine by name. Each says by name where it leads, so a definition is written in the order of the run; `startingAt` resolves the
 * names when all states are there.
 *
 * Every state is made by a `.jsonata` factory: `new Parallel(..)` and `new LambdaInvoke(..)` silently drop the Output of a Catch in a JSONata
 * machine (aws-cdk-lib 2.276).
 */
export class States {
  readonly #states = new Map<string, Named>();
  readonly #targets = new Set<string>();
  readonly #links: (() => void)[] = [];

  constructor(readonly scope: Construct) {}

  /** A state that waits, or sets variables. */
  goOn(state: Leading, next: string): void {
    this.#add(state);
    this.#next(state, next);
  }

  /** A state that works: where it leads, and where when it failed. The first entry that names the error counts. */
  work(state: Working, next: string, caught: readonly Caught[]): void {
    this.#add(state);
    this.#next(state, next);
    for (const { errors, goTo, assign } of caught)
      this.#links.push(() =>
        state.addCatch(this.#named(goTo, state), {
          ...(errors ? { errors: [...errors] } : {}),
          ...(assign ? { assign } : {}),
          outputs: {},
        }),
      );
  }

  /** A decision: the first rule that holds counts. */
  decide(name: string, comment: string, rules: readonly Rule[], otherwise: string): void {
    const choice = Choice.jsonata(this.scope, name, { comment });
    this.#add(choice);
    for (const { when, goTo, assign } of rules)
      this.#links.push(() =>
        choice.when(Condition.jsonata(jsonata(when)), this.#named(goTo, choice), assign ? { assign } : {}),
      );
    this.#links.push(() => choice.otherwise(this.#named(otherwise, choice)));
  }

  /** A state that ends the run. */
  end(state: Named): void {
    this.#add(state);
  }

  /** @throws Error when a state leads to a name that no state has, and when none leads to a state */
  startingAt(name: string): IChainable {
    this.#targets.add(name);
    for (const link of this.#links) link();
    const unreached = [...this.#states.keys()].find((each) => !this.#targets.has(each));
    if (unreached !== undefined) throw new Error(`no state leads to "${unreached}"`);
    return this.#states.get(name)!;
  }

  #add(state: Named): void {
    this.#states.set(state.id, state);
  }

  #next(state: Leading, next: string): void {
    this.#links.push(() => state.next(this.#named(next, state)));
  }

  #named(name: string, from: Named): Named {
    const state = this.#states.get(name);
    if (state === undefined) throw new Error(`state "${from.id}" leads to "${name}", which is no state`);
    this.#targets.add(name);
    return state;
  }
}
