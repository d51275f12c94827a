import type { PathStat } from '../../types/archive.js';
import { bytes, empty } from '../answer.js';
import type { ArchiveBackend } from '../backends/archive.js';
import { staying } from '../body.js';
import type { Call, Route } from '../router.js';

const path = '/containers/{id*}/archive';

/** Docker Engine API: `ContainerArchive`, `ContainerArchiveInfo`, `PutContainerArchive`, `ContainerExport`. */
export function archiveRoutes(backend: ArchiveBackend): Route[] {
  const ref = ({ params }: Call) => params['id'] ?? '';
  return [
    {
      method: 'HEAD',
      path,
      handle: async (call) => {
        tell(call, await backend.statPath(ref(call), call.query.text('path')));
        call.response.end();
      },
    },
    {
      method: 'GET',
      path,
      handle: async (call) => {
        const { stat, tar } = await backend.archivePath(ref(call), call.query.text('path'));
        tell(call, stat);
        await bytes(call.response, 'application/x-tar', tar);
      },
    },
    {
      method: 'GET',
      path: '/containers/{id*}/export',
      handle: async (call) =>
        bytes(call.response, 'application/x-tar', await backend.export(ref(call))),
    },
    {
      method: 'PUT',
      path,
      handle: async (call) => {
        const { query, request, response } = call;
        await backend.extractTo(ref(call), query.text('path'), staying(request), {
          noOverwriteDirNonDir: query.flag('noOverwriteDirNonDir'),
          copyUIDGID: query.flag('copyUIDGID'),
        });
        empty(response, 200);
      },
    },
  ];
}

function tell({ response }: Call, stat: PathStat): void {
  const text = Buffer.from(JSON.stringify(stat)).toString('base64');
  response.setHeader('X-Docker-Container-Path-Stat', text);
}
