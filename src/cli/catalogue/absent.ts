const builds =
  "Building images is not there yet: they come in by 'tsnet load', 'tsnet import' and 'tsnet commit'.";
const registries =
  "Registries are not there yet: images come in by 'tsnet load' and 'tsnet import', such as from 'docker save'.";
const swarm = 'Swarm is not planned: tsnet is for one host.';
const compose =
  'Compose is a program of its own, which works on tsnet: point DOCKER_HOST at the daemon and run docker-compose or docker compose.';

const reasons: readonly (readonly [commands: string, reason: string])[] = [
  ['build builder buildx', builds],
  ['login logout manifest plugin push search trust', registries],
  ['config node secret service stack swarm', swarm],
  ['checkpoint', 'Checkpoints are not there yet.'],
  ['compose', compose],
];

/** Why there is no command of Docker's that the user has named (`build`, `image push`); undefined if Docker has none, too. */
export function whyAbsent(name: string): string | undefined {
  const word = name.replace(/^image /, '');
  return reasons.find(([commands]) => commands.split(' ').includes(word))?.[1];
}
