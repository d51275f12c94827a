import { Writable } from 'node:stream';
import { expect } from 'chai';
import type { Progress } from '../../../api/client/images.js';
import { ProgressLines } from './progress-lines.js';

describe('messages of long work', () => {
  const shown = (messages: readonly Progress[], isTTY: boolean, columns?: number) => {
    const parts: string[] = [];
    const out = new Writable({
      write(part, _, done) {
        parts.push(String(part));
        done();
      },
    });
    const lines = new ProgressLines(Object.assign(out, { isTTY, ...(columns && { columns }) }));
    for (const message of messages) lines.show(message);
    return parts.join('');
  };
  const messages: readonly Progress[] = [
    { status: 'Loading layer', id: 'a', progress: '[> ]' },
    { status: 'Loading layer', id: 'b', progress: '[> ]' },
    { status: 'Loading layer', id: 'a', progress: '[=>]' },
    { status: 'Pulled', id: 'c' },
    { stream: 'Loaded image: x\n' },
    { status: 'done' },
  ];

  it('are lines without bars where there is no terminal', () => {
    expect(shown(messages, false)).to.equal('c: Pulled\nLoaded image: x\ndone\n');
  });

  it('have no bars on a narrow terminal', () => {
    const bars = [{ status: 'Loading layer', id: 'a', progress: '[==>  ]  5MB/9MB' }];
    expect(shown(bars, true, 110)).to.include('a: Loading layer  5MB/9MB\n');
    expect(shown(bars, true, 111)).to.include('a: Loading layer [==>  ]  5MB/9MB\n');
  });

  it('change in place on a terminal', () => {
    const clear = '\u001b[2K\r';
    expect(shown(messages, true)).to.equal(
      `${clear}a: Loading layer [> ]\n${clear}b: Loading layer [> ]\n` +
        `\u001b[2A${clear}a: Loading layer [=>]\u001b[2B\r${clear}c: Pulled\nLoaded image: x\ndone\n`,
    );
  });
});
