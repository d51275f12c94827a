/** Docker's authorization protocol: what a plugin is asked. https://docs.docker.com/engine/extend/plugins_authorization/ */
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

/** What a plugin is told of a request, and later of the answer. Bytes go as base64. */
export interface Question {
  readonly User?: string;
  readonly UserAuthNMethod?: string;
  readonly RequestMethod: string;
  /** With version and query, as the client wrote it. */
  readonly RequestUri: string;
  readonly RequestBody?: string;
  readonly RequestHeaders: Readonly<Record<string, string>>;
  /** PEM, in base64. */
  readonly RequestPeerCertificates?: readonly string[];
  readonly ResponseStatusCode?: number;
  readonly ResponseBody?: string;
  readonly ResponseHeaders?: Readonly<Record<string, string>>;
}

/** What a plugin answers. */
export interface Verdict {
  readonly Allow?: boolean;
  readonly Msg?: string;
}

/** Headers with credentials, which no plugin is told. */
const secret = ['authorization', 'x-registry-auth', 'x-registry-config'];

/** `body`: the bytes that the handler is going to parse; absent where it parses none. */
export function questionOf(request: IncomingMessage, body: Buffer | undefined): Question {
  return {
    ...userOf(request),
    RequestMethod: request.method ?? 'GET',
    RequestUri: request.url ?? '/',
    ...(body && body.length > 0 && { RequestBody: body.toString('base64') }),
    RequestHeaders: headersOf(request.headers),
  };
}

/** The same question with the answer that is about to be sent. */
export function withAnswer(
  question: Question,
  answer: { status: number; headers: Readonly<Record<string, unknown>>; body?: Buffer },
): Question {
  const { status, headers, body } = answer;
  return {
    ...question,
    ResponseStatusCode: status,
    ...(body && body.length > 0 && { ResponseBody: body.toString('base64') }),
    ResponseHeaders: headersOf(headers),
  };
}

/** Who has shown a certificate. */
function userOf({ socket }: IncomingMessage): Partial<Question> {
  if (!(socket instanceof TLSSocket)) return {};
  const { raw, subject } = socket.getPeerCertificate();
  if (!raw) return {};
  const lines = raw.toString('base64').match(/.{1,64}/g) ?? [];
  const pem = `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  return {
    User: [subject.CN].flat().join(','),
    UserAuthNMethod: 'TLS',
    RequestPeerCertificates: [Buffer.from(pem).toString('base64')],
  };
}

/** Names as Go writes them, `Content-Type`; of several values the last, as dockerd tells it. */
function headersOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const shown = Object.entries(headers)
    .filter(([name, value]) => value !== undefined && !secret.includes(name.toLowerCase()))
    .map(([name, value]) => [goName(name), String([value].flat().at(-1))]);
  return Object.fromEntries(shown);
}

function goName(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
