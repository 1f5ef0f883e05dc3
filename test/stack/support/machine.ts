import { definitionOf } from './definition';
import { synthesizeUnchecked } from './synthesized';

/** The state machine's definition. */
export const machine = definitionOf(synthesizeUnchecked());
