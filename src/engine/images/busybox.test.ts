import { readFileSync } from 'node:fs';
import { execPath } from 'node:process';
import { expect } from 'chai';
import { encodeArchive } from '../../base/tar/writer.js';
import { busyboxFiles, isStatic } from './busybox.js';

describe('the busybox image', () => {
  const program = Buffer.from('ELF');
  const tools = [
    'bin/sh',
    'bin/busybox',
    'linuxrc',
    'usr/bin/[',
    'sbin/ip',
    '../x',
    'usr/sbin/brctl',
  ];
  const links = busyboxFiles(program, tools)
    .filter(({ type }) => type === 'symlink')
    .map(({ name, linkName }) => `${name} -> ${linkName}`);

  it('links each tool to the program', () => {
    expect(links).to.deep.equal([
      'bin/sh -> busybox',
      'sbin/ip -> ../bin/busybox',
      'usr/bin/[ -> ../../bin/busybox',
      'usr/sbin/brctl -> ../../bin/busybox',
    ]);
  });

  it('is the same whatever the order of the tools', () => {
    const archives = [tools, [...tools].reverse()].map((some) =>
      encodeArchive(busyboxFiles(program, some)),
    );
    expect(archives[0]?.equals(archives[1] ?? program)).to.equal(true);
  });

  it('knows a dynamic program', () => {
    expect(isStatic(readFileSync(execPath))).to.equal(false);
    expect(isStatic(Buffer.from('#!/bin/sh\n'))).to.equal(false);
    const header = Buffer.alloc(64);
    header.write('7f454c4602', 'hex');
    expect(isStatic(header)).to.equal(true);
  });
});
