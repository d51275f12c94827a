import type { Measurement } from './bench.js';
import { connectMeasurement } from './connect.js';
import { crowdMeasurement } from './crowd.js';
import { execMeasurement } from './exec.js';
import { memoryMeasurement } from './memory.js';
import { networkMeasurement } from './network.js';
import { networkingMeasurement } from './networking.js';
import { restartMeasurement } from './restart.js';
import { runMeasurement } from './run.js';

/** Every measurement, by number. */
export const measurements: readonly Measurement[] = [
  runMeasurement,
  networkMeasurement,
  connectMeasurement,
  execMeasurement,
  crowdMeasurement,
  memoryMeasurement,
  restartMeasurement,
  networkingMeasurement,
];
