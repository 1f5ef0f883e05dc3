import { everyCommandSpoiled } from './every-command';

everyCommandSpoiled(9);
