import { refuseUnknown } from '../hosts/happenings';
import { HOST_ACTIONS, type Hosts } from '../hosts/host';
import { onlyMembers, ServiceError, type Operations } from './endpoint';

/**
 * `EdgeRampLab.Host`, an operation that AWS has not: does to a host what `edge-ramp local host` asks for, while the lab is open. `show` does nothing
 * to it, and answers with what it holds.
 */
export function hostActions(hosts: Hosts): Operations {
  return {
    'EdgeRampLab.Host': async (input) => {
      onlyMembers('EdgeRampLab.Host', input, ['host', 'do']);
      const host = String(input['host']);
      const action = HOST_ACTIONS.find((each) => each === input['do']);
      if (!action && input['do'] !== 'show')
        throw new ServiceError('ValidationException', `do must be one of ${HOST_ACTIONS.join(', ')}, show.`);
      try {
        refuseUnknown(hosts.names(), host);
        if (!action) return { holds: await hosts.dump(host) };
        await hosts.act(host, action);
      } catch (error) {
        throw new ServiceError('ValidationException', (error as Error).message);
      }
      hosts.save();
      return {};
    },
  };
}
