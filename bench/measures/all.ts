import { amongMeasurement } from './among.js';
import { atOnceMeasurement } from './at-once.js';
import type { Measurement } from './bench.js';
import { connectMeasurement } from './connect.js';
import { crowdMeasurement } from './crowd.js';
import { dnsMeasurement } from './dns.js';
import { execMeasurement } from './exec.js';
import { imagesMeasurement } from './images.js';
import { logsMeasurement } from './logs.js';
import { memoryMeasurement } from './memory.js';
import { networkMeasurement } from './network.js';
import { networkingMeasurement } from './networking.js';
import { pathMeasurement } from './path.js';
import { portsMeasurement } from './ports.js';
import { ratesMeasurement } from './rates.js';
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
  amongMeasurement,
  portsMeasurement,
  ratesMeasurement,
  pathMeasurement,
  dnsMeasurement,
  atOnceMeasurement,
  logsMeasurement,
  imagesMeasurement,
];
