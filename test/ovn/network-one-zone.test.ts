import { network } from './support/network';

network('one zone', false);
