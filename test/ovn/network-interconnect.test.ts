import { network } from './support/network';

network('interconnect', true);
