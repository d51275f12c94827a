import { writeFileSync } from 'node:fs';
import { messageOf } from '../src/base/errors.js';
import { missingPrograms } from './engines/dockerd.js';
import { floor, loadLine, machineLine } from './machine.js';
import { type BenchOptions, parseOptions, USAGE } from './options.js';
import { judge, renderVerdicts } from './report/goals.js';
import { BenchRun, type Outcome, type Voice } from './run.js';

/** Spawns that the floor is the median of. */
const FLOOR_SAMPLES = 20;

const voice: Voice = {
  print: (text) => void process.stdout.write(`${text}\n`),
  say: (text) => void process.stderr.write(`... ${text}\n`),
};

/** Whether dockerd is measured too; says why not if it is missing. */
function dockerToo({ tsnetOnly }: BenchOptions): boolean {
  if (tsnetOnly) return false;
  const missing = missingPrograms(process.env['PATH'] ?? '');
  if (missing.length === 0) return true;
  voice.print(
    `No comparison with Docker: ${missing.join(', ')} missing (apt-get install docker.io iptables). Only tsnet is measured.\n`,
  );
  return false;
}

/**
 * Fails at the first Ctrl-C, SIGTERM or hang-up, or when nobody reads the report any more. Later ones are
 * ignored, so that everything can be taken down.
 */
function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => reject(new Error(`interrupted by ${signal}`)));
    }
    process.stdout.on('error', reject);
    process.stderr.on('error', reject);
  });
}

async function measure(options: BenchOptions, withDocker: boolean): Promise<Outcome> {
  await using run = new BenchRun({ options, withDocker, voice });
  const measured = run.measure();
  // After an interruption nobody waits for it any more, and its requests fail.
  measured.catch(() => {});
  return await Promise.race([measured, interruption()]);
}

function report(options: BenchOptions, machine: string, { sections, failures }: Outcome): void {
  const rows = sections.flatMap((section) => section.rows);
  const verdicts = judge(rows);
  voice.print(`\n## Goals\n\n${renderVerdicts(verdicts)}\n\nAt the end: ${loadLine()}`);
  if (options.json !== undefined) {
    const json = JSON.stringify({ machine, sections, verdicts, failures }, undefined, 1);
    writeFileSync(options.json, `${json}\n`);
  }
  for (const failure of failures) process.stderr.write(`failed: ${failure}\n`);
  if (failures.length > 0) process.exitCode = 1;
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return voice.print(USAGE);
  if (process.getuid?.() !== 0) throw new Error('the bench needs root, to make namespaces');
  const machine = machineLine();
  voice.print(machine);
  const withDocker = dockerToo(options);
  voice.print(`\n${await floor(FLOOR_SAMPLES)}`);
  report(options, machine, await measure(options, withDocker));
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${messageOf(error)}\n`);
  process.exit(1);
});
