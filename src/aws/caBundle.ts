import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CloudError } from '../controller/ports.ts';
import { failureOf, readable } from './failure.ts';

/** The PEM text of the file that AWS_CA_BUNDLE names. Throws a CloudError that says what is wrong with the file. */
export function readCaBundle(path: string): string {
  const pem = textOf(path);
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (certificates === null) throw bundleFault(path, 'which holds no PEM certificate');
  const broken = certificates.findIndex((certificate) => !isCertificate(certificate));
  if (broken >= 0) throw bundleFault(path, `whose certificate ${broken + 1} cannot be read`);
  return pem;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, name } = failureOf(error);
    throw bundleFault(
      path,
      code === 'ENOENT' ? 'which does not exist' : `which cannot be read (${code ?? name})`,
    );
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function bundleFault(path: string, what: string): CloudError {
  const message = `AWS_CA_BUNDLE names ${readable(path)}, ${what}. Set it to a file of PEM certificates, or unset it.`;
  return new CloudError('denied', 'ObservationFailed', 'TLS', message);
}
