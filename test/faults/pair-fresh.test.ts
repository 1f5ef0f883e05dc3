import { everyCommandSpoiled } from './every-command';

everyCommandSpoiled(3);
