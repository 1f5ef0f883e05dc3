import { HOST_ACTIONS, type Hosts } from '../hosts/host';
import { onlyMembers, ServiceError, type Operations } from './endpoint';

/** `EdgeRampLab.Host`, an operation that AWS has not: does to a host what `edge-ramp local host` asks for, while the lab is open. */
export function hostActions(hosts: Hosts): Operations {
  return {
    'EdgeRampLab.Host': async (input) => {
      onlyMembers('EdgeRampLab.Host', input, ['host', 'do']);
      const action = HOST_ACTIONS.find((each) => each === input['do']);
      if (!action) throw new ServiceError('ValidationException', `do must be one of ${HOST_ACTIONS.join(', ')}.`);
      try {
        await hosts.act(String(input['host']), action);
      } catch (error) {
        throw new ServiceError('ValidationException', (error as Error).message);
      }
      hosts.save();
      return {};
    },
  };
}
