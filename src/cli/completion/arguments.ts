import type { NameKind, Wanted } from './wanted.js';

/** What the words of usage lines stand for. The first that fits counts. */
const meanings: readonly (readonly [pattern: RegExp, wanted: Wanted])[] = [
  [/^CONTAINER:/, { names: 'containers', files: true }],
  [/PATH|^FILE|^file|URL/, { files: true }],
  [/CONTAINER/, { names: 'containers' }],
  [/IMAGE|REPOSITORY/, { names: 'images' }],
  [/NETWORK/, { names: 'networks' }],
  [/VOLUME/, { names: 'volumes' }],
  [/CONTEXT/, { names: 'contexts' }],
  [/^NAME\|ID/, { names: ['containers', 'images', 'networks', 'volumes'] satisfies NameKind[] }],
];

const running = ['running'];
const alive = ['running', 'paused', 'restarting'];

/** Which containers a verb is for; those that aren't here are for all. */
const states: Readonly<Record<string, readonly string[]>> = {
  attach: running,
  exec: running,
  kill: alive,
  pause: running,
  port: running,
  start: ['created', 'exited'],
  stats: running,
  stop: alive,
  top: running,
  unpause: ['paused'],
};

/**
 * What the argument at an index can be, by the command's usage line: `[OPTIONS] NETWORK CONTAINER`. A last word with
 * dots stands for all that follow.
 */
export function wantedArgument(command: string, usage: string, index: number): Wanted {
  const verb = command.split(' ').at(-1) ?? '';
  // What is being made has a name that nothing has yet. A container is made of an image, though.
  if (verb === 'create' && !/IMAGE/.test(usage)) return {};
  const words = usage
    .split(' ')
    .filter((word) => word !== '[OPTIONS]' && word !== '')
    .map((word) => word.replace(/^\[/, ''));
  const last = words.at(-1);
  const word = words[index] ?? (last?.includes('...') ? last : '');
  const wanted = meanings.find(([pattern]) => pattern.test(word))?.[1] ?? {};
  const only = wanted.names === 'containers' ? states[verb] : undefined;
  return only ? { ...wanted, states: only } : wanted;
}
