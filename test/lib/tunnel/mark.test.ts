import { onlyMarks } from '../../../lib/tunnel/device/mark';

describe('a change only marks what stands as this tunnel’s when', () => {
  test.each([
    ['BIG-IP gets another description', 'profile ipip description none', 'profile ipip description edge-ramp:a'],
    ['an ipfailover object gets an owner', 'vip 10.1.1.1 port 0', 'vip 10.1.1.1 port 0 owner edge-ramp:a'],
    ['what the cluster’s tunnels share gets a claim', 'is true', 'is true first -'],
  ])('%s', (_, from, to) => expect(onlyMarks(from, to)).toBe(true));
});

describe('it does more when', () => {
  test.each([
    [
      'something else changes, too',
      'address 10.1.1.1/24 description none',
      'address 10.1.1.2/24 description edge-ramp:a',
    ],
    ['the value of what is shared changes with its claim', 'is -', 'is true first -'],
    ['the object is made', null, 'profile ipip description edge-ramp:a'],
    ['the object goes', 'profile ipip description none', null],
    ['its value is not made of pairs', 'up', 'down'],
    ['nothing changes', 'is true', 'is true'],
  ])('%s', (_, from, to) => expect(onlyMarks(from, to)).toBe(false));
});
