import * as fc from 'fast-check';
import { isAddress, parseCidr } from '../../../lib/tunnel/declaration/address';

describe('addresses', () => {
  test('the text of four octets is canonical exactly when it is how the octets print', () =>
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(300).map(String), fc.constantFrom('01', '', '-1', '1e1', '0x1')), {
          minLength: 3,
          maxLength: 5,
        }),
        (parts) => {
          const octets = parts.map(Number);
          const canonical =
            parts.length === 4 &&
            parts.every((part, i) => String(octets[i]) === part && /^[0-9]+$/.test(part) && octets[i]! <= 255);
          expect(isAddress(parts.join('.'))).toBe(canonical);
        },
      ),
    ));

  test('a network holds its first and its last address', () =>
    expect(parseCidr('10.129.3.7/22')).toEqual({ first: 0x0a810000, last: 0x0a8103ff, length: 22 }));
});
