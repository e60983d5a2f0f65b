import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate authority of this test alone, in a folder of its own. */
export interface Authority {
  readonly certificate: string;
  issue(name: string, hosts?: readonly string[]): Issued;
}

/** Files in PEM. */
export interface Issued {
  readonly certFile: string;
  readonly keyFile: string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes an authority by openssl, which signs for servers and clients alike. */
export function makeAuthority(folder: string, name = 'authority'): Authority {
  const [certFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  openssl(
    ['req', '-x509', ...KEY, '-days', '2', '-subj', `/CN=${name}`],
    ['-keyout', keyFile, '-out', certFile],
  );
  return {
    certificate: certFile,
    issue: (subject, hosts = []) =>
      issue({ folder, subject: `${name}-${subject}`, hosts, by: { certFile, keyFile } }),
  };
}

interface Wish {
  readonly folder: string;
  readonly subject: string;
  readonly hosts: readonly string[];
  readonly by: Issued;
}

function issue({ folder, subject, hosts, by }: Wish): Issued {
  const pathOf = (end: string) => join(folder, `${subject}.${end}`);
  const names = hosts.map((host) => (/^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`));
  const uses = ['extendedKeyUsage=serverAuth,clientAuth', 'basicConstraints=CA:FALSE'];
  const subjects = names.length > 0 ? [`subjectAltName=${names.join(',')}`] : [];
  writeFileSync(pathOf('ext'), [...uses, ...subjects].join('\n'));
  openssl(
    ['req', ...KEY, '-subj', `/CN=${subject}`],
    ['-keyout', pathOf('key'), '-out', pathOf('csr')],
  );
  openssl(
    ['x509', '-req', '-in', pathOf('csr'), '-CA', by.certFile, '-CAkey', by.keyFile],
    ['-CAcreateserial', '-days', '2', '-extfile', pathOf('ext'), '-out', pathOf('pem')],
  );
  return { certFile: pathOf('pem'), keyFile: pathOf('key') };
}

function openssl(...args: readonly (readonly string[])[]): void {
  execFileSync('openssl', args.flat(), { stdio: 'ignore' });
}
