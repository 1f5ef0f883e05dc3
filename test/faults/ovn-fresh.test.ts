import { everyCommandSpoiled } from './every-command';

everyCommandSpoiled(8);
