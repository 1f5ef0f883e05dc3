import { everyCommandSpoiled } from './every-command';

everyCommandSpoiled(6);
everyCommandSpoiled(7);
