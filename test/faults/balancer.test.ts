import { everyCommandSpoiled } from './every-command';

everyCommandSpoiled(6, { leastChanges: 2 });
everyCommandSpoiled(7, { leastChanges: 2 });
