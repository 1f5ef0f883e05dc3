import { aChange, type Define } from '../options';

export const teardown: Define = (...here) => aChange('teardown', 'take the tunnel away', ...here);
