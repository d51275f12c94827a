import type { IncomingMessage } from 'node:http';
import { type CommitConfig, commitConfig } from '../../types/commit.js';
import { json } from '../answer.js';
import type { CommitBackend } from '../backends/commit.js';
import { decode, readBody } from '../body.js';
import type { Call, Route } from '../router.js';

/** Docker Engine API: `ImageCommit`. */
export function commitRoutes(backend: CommitBackend): Route[] {
  return [{ method: 'POST', path: '/commit', handle: (call) => commit(backend, call) }];
}

async function commit(backend: CommitBackend, { query, request, response }: Call): Promise<void> {
  const committed = await backend.commit(query.text('container'), {
    repo: query.text('repo'),
    tag: query.text('tag'),
    author: query.text('author'),
    comment: query.text('comment'),
    pause: query.text('pause') === '' || query.flag('pause'),
    changes: query.texts('changes'),
    config: await configOf(request),
  });
  json(response, committed, 201);
}

/** Docker's own CLI sends `null` where it has nothing to say. */
async function configOf(request: IncomingMessage): Promise<CommitConfig | undefined> {
  const text = await readBody(request);
  if (['', 'null'].includes(text.trim())) return undefined;
  return decode(commitConfig, text, { contentType: request.headers['content-type'] });
}
