import { everyCommandTroubled } from './bigip-pair';
import { CHANGED } from './bigip-pair-places';

everyCommandTroubled(CHANGED);
