import type { PlannedStepView } from '../../../../api/types/plan.js';
import type { Terminal } from '../../../command.js';
import { type Listing, renderListing } from '../../../format/listing.js';
import { tableFormat } from '../../../parse/flag.js';

/** Options of every plan. */
export const planFlags = { format: tableFormat() };

/** A step with its place in the plan. */
type Row = PlannedStepView & { readonly step: number };

const listing: Listing<Row> = {
  type: '*plan.stepContext',
  table: '{{.Step}}\t{{.Where}}\t{{.Action}}',
  columns: {
    Step: ['STEP', ({ step }) => String(step)],
    Where: ['WHERE', ({ Where }) => Where || 'host'],
    Action: ['ACTION', actionOf],
    Kind: ['KIND', ({ Kind }) => Kind],
    Commands: ['COMMANDS', ({ Commands }) => Commands.join('; ')],
  },
};

function actionOf({ Verb, What, Stands }: Row): string {
  const text = Verb === 'undo' ? `undo: ${What}` : What;
  return Stands ? `${text} (stands already)` : text;
}

/**
 * Prints a plan: as a table with the firewall's commands below their step, as the daemon's JSON, or by a
 * template. @throws Failure for a bad template
 */
export function printPlan(
  { stdout }: Terminal,
  steps: readonly PlannedStepView[],
  format: string,
): void {
  if (format === 'json') {
    stdout.write(`${JSON.stringify(steps, null, 2)}\n`);
    return;
  }
  const rows = steps.map((step, at) => ({ ...step, step: at + 1 }));
  const text = renderListing(rows, listing, { format });
  stdout.write(format === '' || format === 'table' ? withCommands(text, rows) : text);
}

/** Below the action, where the eye is. */
function withCommands(table: string, rows: readonly Row[]): string {
  const [header = '', ...lines] = table.split('\n');
  const indent = ' '.repeat(header.indexOf('ACTION') + 2);
  const body = rows.flatMap(({ Commands }, at) => [
    lines[at] ?? '',
    ...Commands.map((command) => `${indent}${command}`),
  ]);
  return `${[header, ...body].join('\n')}\n`;
}
