import { everyCommandSpoiled } from './every-command';

// Change and proof are sent together (ADR 0034).
everyCommandSpoiled(12, { leastChanges: 1 });
