import { definitionOf } from './definition';
import { assembled } from './template';

/** The state machine's definition. */
export const machine = definitionOf(assembled());
