// Mocha's spec reporter that also tells which files take longest, and writes "passed failed skipped" to a file, for the
// sum of several suites.
const { writeFileSync } = require('node:fs');
const { relative } = require('node:path');
const { reporters } = require('mocha');

const LISTED = 12;

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const spentMs = new Map();
    const spend = ({ file = '', duration = 0 }) =>
      spentMs.set(file, (spentMs.get(file) ?? 0) + duration);
    runner.on('test end', spend);
    runner.on('hook end', spend);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      writeFileSync(options.reporterOptions.counts, `${passes} ${failures} ${pending}\n`);
      const slowest = [...spentMs].sort(([, one], [, other]) => other - one).slice(0, LISTED);
      console.log('  seconds of the slowest files, with their hooks:');
      for (const [file, ms] of slowest)
        console.log(`  ${(ms / 1000).toFixed(1).padStart(8)} ${relative('.build', file)}`);
    });
  }
};
