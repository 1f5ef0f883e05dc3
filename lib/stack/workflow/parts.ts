import type { Construct } from 'constructs';
import type { SharedResources } from '../shared';
import type { StepHandlers } from '../step-handlers';

/** What the states of the machine work with. */
export interface Parts extends SharedResources {
  /** Where the states belong. */
  readonly scope: Construct;
  readonly handlers: StepHandlers;
}
