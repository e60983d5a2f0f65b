import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

// Certificates for tests, since Node reads them and does not make them: just enough of X.509 for names, dates and chains.

export interface Issued {
  readonly pem: string;
  readonly key: KeyObject;
  readonly name: string;
}

export interface CertificateTerms {
  readonly name: string;
  /** Who signs it; itself when absent. */
  readonly issuer?: Issued;
  readonly isAuthority?: boolean;
  readonly from?: string;
  readonly to?: string;
}

/** Makes a certificate with a key of its own. */
export function certificate(terms: CertificateTerms): Issued {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { name, issuer, isAuthority = false } = terms;
  const content = sequence([
    tagged(0xa0, integer(2)),
    integer(Math.floor(Math.random() * 1_000_000) + 1),
    SIGNED_BY_RSA,
    distinguished(issuer?.name ?? name),
    sequence([instant(terms.from ?? '2000-01-01'), instant(terms.to ?? '2099-01-01')]),
    distinguished(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence([basicConstraints(isAuthority)])),
  ]);
  const signature = sign('RSA-SHA256', content, issuer?.key ?? privateKey);
  const whole = sequence([
    content,
    SIGNED_BY_RSA,
    tagged(0x03, Buffer.concat([Buffer.of(0), signature])),
  ]);
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  const pem = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
  return { pem, key: privateKey, name };
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80
      ? Buffer.of(length)
      : length < 0x100
        ? Buffer.of(0x81, length)
        : Buffer.of(0x82, length >> 8, length & 0xff);
  return Buffer.concat([Buffer.of(tag), size, content]);
}

function sequence(parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return tagged(0x02, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]));
}

function identifier(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

/** sha256WithRSAEncryption, without parameters. */
const SIGNED_BY_RSA = sequence([identifier('2a864886f70d01010b'), tagged(0x05, Buffer.alloc(0))]);

/** A name that consists of a common name only. */
function distinguished(name: string): Buffer {
  const common = sequence([identifier('550403'), tagged(0x0c, Buffer.from(name))]);
  return sequence([tagged(0x31, common)]);
}

function instant(day: string): Buffer {
  const digits = new Date(day).toISOString().replace(/\D/g, '').slice(0, 14);
  const isEarly = Number(digits.slice(0, 4)) < 2050;
  return isEarly
    ? tagged(0x17, Buffer.from(`${digits.slice(2)}Z`))
    : tagged(0x18, Buffer.from(`${digits}Z`));
}

function basicConstraints(isAuthority: boolean): Buffer {
  const value = sequence(isAuthority ? [tagged(0x01, Buffer.of(0xff))] : []);
  return sequence([identifier('551d13'), tagged(0x01, Buffer.of(0xff)), tagged(0x04, value)]);
}
