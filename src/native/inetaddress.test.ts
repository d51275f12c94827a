import { expect } from 'chai';
import { ip } from '../base/ip.js';
import { decodeInetAddress, encodeInetAddress } from './inetaddress.js';

describe('encodeInetAddress', () => {
  const table: [text: string, port: number, scope: number, hex: string][] = [
    ['127.0.0.11', 53, 0, '020000357f00000b0000000000000000'],
    ['::1', 0x1f90, 0, `0a001f9000000000${'0'.repeat(30)}0100000000`],
    ['fe80::1', 1, 7, `0a00000100000000fe80${'0'.repeat(26)}0107000000`],
  ];
  for (const [text, port, scope, hex] of table) {
    it(`${text} port ${port}`, () => {
      const value = { address: ip(text), port };
      const sockaddr = encodeInetAddress(value, scope);
      expect(sockaddr.toString('hex')).to.equal(hex);
      expect(decodeInetAddress(sockaddr)).to.deep.equal(value);
    });
  }
});
