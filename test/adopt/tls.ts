import { execFileSync } from 'node:child_process'

const request = [
  ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
  ['-keyout', '-', '-out', '-'],
  ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
].flat()

const pem = execFileSync('openssl', request, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

/** A key made for this run, and a certificate of its own signature for localhost. */
export const credentials = { key: pem, cert: pem }

/** What a client needs to trust that certificate. */
export const trust = { ca: pem, servername: 'localhost' }
