import { InvalidParameter } from '../../../base/errors.js';
import { execCreate, execStart } from '../../types/exec.js';
import { empty, json } from '../answer.js';
import type { ContainersBackend } from '../backend.js';
import { decode, jsonBody } from '../body.js';
import { acceptHijack } from '../hijack.js';
import type { HijackCall, Route } from '../router.js';
import { join, streamType } from '../streams.js';
import { compareVersions } from '../version.js';
import { acceptWebSocket, checkWebSocketWanted } from '../web-socket.js';
import { joinWebSocket } from '../web-socket-streams.js';
import { ttySize } from './tty-size.js';

/** Routes that take the connection over (attach and exec start), and what belongs to exec. */
export function attachRoutes(backend: ContainersBackend): Route[] {
  return [
    { method: 'POST', path: '/containers/{id*}/attach', hijack: (call) => attach(backend, call) },
    {
      method: 'GET',
      path: '/containers/{id*}/attach/ws',
      hijack: (call) => attachByWebSocket(backend, call),
    },
    {
      method: 'POST',
      path: '/containers/{id*}/exec',
      handle: async ({ params, request, response }) => {
        const body = await jsonBody(request, execCreate);
        json(response, await backend.execCreate(params['id'] ?? '', body), 201);
      },
    },
    { method: 'POST', path: '/exec/{id}/start', hijack: (call) => startExec(backend, call) },
    {
      method: 'POST',
      path: '/exec/{id}/resize',
      handle: async ({ params, query, response }) => {
        await backend.execResize(params['id'] ?? '', ttySize(query));
        empty(response, 200);
      },
    },
    {
      method: 'GET',
      path: '/exec/{id}/json',
      handle: async ({ params, response }) =>
        json(response, await backend.execInspect(params['id'] ?? '')),
    },
  ];
}

async function attach(backend: ContainersBackend, call: HijackCall): Promise<void> {
  const { query, params } = call;
  const streams = await backend.attach(params['id'] ?? '', {
    logs: query.flag('logs'),
    stream: query.flag('stream'),
    stdin: query.flag('stdin'),
    stdout: query.flag('stdout'),
    stderr: query.flag('stderr'),
    detachKeys: query.text('detachKeys'),
  });
  acceptHijack(call, streamType(streams.tty, call.version));
  await join(streams, call);
}

async function attachByWebSocket(backend: ContainersBackend, call: HijackCall): Promise<void> {
  const { query, params, version } = call;
  checkWebSocketWanted(call);
  // Before API 1.42 a web socket has all streams, whatever the query says.
  const wants = (name: string) => compareVersions(version, '1.42') < 0 || query.flag(name);
  const streams = await backend.attach(params['id'] ?? '', {
    logs: query.flag('logs'),
    stream: query.flag('stream'),
    stdin: wants('stdin'),
    stdout: wants('stdout'),
    stderr: wants('stderr'),
    detachKeys: query.text('detachKeys'),
  });
  const socket = await acceptWebSocket(call).catch((error: unknown) => {
    streams.abort();
    throw error;
  });
  await joinWebSocket(streams, socket, compareVersions(version, '1.28') < 0 ? 'text' : 'binary');
}

async function startExec(backend: ContainersBackend, call: HijackCall): Promise<void> {
  const contentType = call.request.headers['content-type'];
  const body = decode(execStart, call.body, { contentType, mayBeEmpty: true });
  const { ConsoleSize: size } = body;
  if (body.Detach && body.Tty && size)
    throw new InvalidParameter('a detached exec has no console size');
  const streams = await backend.execStart(call.params['id'] ?? '', {
    detach: body.Detach,
    tty: body.Tty,
    ...(size && { size: { rows: size[0], columns: size[1] } }),
    accepted: (tty) => acceptHijack(call, streamType(tty, call.version)),
  });
  if (!streams) {
    call.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    return;
  }
  await join(streams, call);
}
