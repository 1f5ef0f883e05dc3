import { everyCommandTroubled } from './bigip-pair';
import { FRESH } from './bigip-pair-places';

everyCommandTroubled(FRESH);
