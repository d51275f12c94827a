import { StringDecoder } from 'node:string_decoder';

/** Lines of a stream of text, without their ends; an unfinished last one counts. Empty ones are skipped. */
export async function* lines(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const part of source) {
    const pieces = (rest + decoder.write(Buffer.from(part))).split(/\r?\n/);
    rest = pieces.pop() ?? '';
    yield* pieces.filter((piece) => piece !== '');
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
