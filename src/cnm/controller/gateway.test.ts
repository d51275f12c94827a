import { expect } from 'chai';
import { chooseGateways, type GatewayCandidate } from './gateway.js';

const candidate = (
  endpointId: string,
  families: readonly (4 | 6)[],
  over: Partial<GatewayCandidate> = {},
): GatewayCandidate => ({
  endpointId,
  networkName: endpointId,
  internal: false,
  lastResort: false,
  priority: 0,
  families,
  ...over,
});

const cases: readonly [string, readonly GatewayCandidate[], { 4?: string; 6?: string }][] = [
  ['no endpoint', [], {}],
  ['one without a gateway', [candidate('a', [])], {}],
  ['one with both', [candidate('a', [4, 6])], { 4: 'a', 6: 'a' }],
  ['the name decides last', [candidate('b', [4]), candidate('a', [4])], { 4: 'a' }],
  [
    'priority goes before everything',
    [candidate('a', [4, 6]), candidate('z', [4], { priority: 1 })],
    { 4: 'z', 6: 'a' },
  ],
  [
    'a negative priority goes last',
    [candidate('a', [4], { priority: -1 }), candidate('z', [4])],
    { 4: 'z' },
  ],
  [
    'internal networks come after the others',
    [candidate('a', [4, 6], { internal: true }), candidate('z', [4])],
    { 4: 'z', 6: 'a' },
  ],
  [
    'a leg that nobody asked for is the last resort',
    [candidate('a', [4], { lastResort: true }), candidate('z', [4], { internal: true })],
    { 4: 'z' },
  ],
  [
    'but priority goes before that',
    [candidate('a', [4], { lastResort: true }), candidate('z', [4], { priority: -1 })],
    { 4: 'a' },
  ],
  [
    'both families go before one',
    [candidate('a', [4]), candidate('b', [6]), candidate('z', [4, 6])],
    { 4: 'z', 6: 'z' },
  ],
  ['one family each', [candidate('a', [6]), candidate('b', [4])], { 4: 'b', 6: 'a' }],
];

describe('choice of the gateway', () => {
  for (const [name, candidates, expected] of cases) {
    it(name, () => {
      expect(chooseGateways(candidates)).to.deep.equal(expected);
      expect(chooseGateways(candidates.toReversed())).to.deep.equal(expected);
    });
  }
});
