import { everyCommandTroubled, FRESH } from './bigip-pair';

everyCommandTroubled(FRESH);
