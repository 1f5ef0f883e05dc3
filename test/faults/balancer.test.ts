import { everyCommandSpoiled } from './every-command';

everyCommandSpoiled(3);
everyCommandSpoiled(4);
