import type { OptionEntry } from '../entry.js'

/** The options of the kernel's TLS, which a connection has once TCP_ULP is `tls`. */
export const tlsOptions = {
  /**
   * The keys with which the kernel encrypts what is sent. Setting them starts that; EBUSY where it has begun. Reads as
   * set, with the number of the next record; EBUSY while nothing is set.
   */
  TLS_TX: {
    level: 'SOL_TLS',
    number: { linux: 1 },
    type: 'crypto_info',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Documentation/networking/tls.rst',
  },
  /**
   * The keys with which the kernel decrypts what comes in. Setting them starts that; EBUSY where it has begun. Reads as
   * set, with the number of the next record; EBUSY while nothing is set.
   */
  TLS_RX: {
    level: 'SOL_TLS',
    number: { linux: 2 },
    type: 'crypto_info',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Documentation/networking/tls.rst',
  },
  /**
   * sendfile(2) to a device that encrypts takes pages as they are, so they must not change on the way. Off by default.
   * Linux 5.19.
   */
  TLS_TX_ZEROCOPY_RO: {
    level: 'SOL_TLS',
    number: { linux: 3 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Documentation/networking/tls-offload.rst',
  },
  /**
   * Decrypts records of TLS 1.3 right into the reader's memory, in the hope that they have no padding. Off by default;
   * EINVAL with TLS 1.2. Linux 6.0.
   */
  TLS_RX_EXPECT_NO_PAD: {
    level: 'SOL_TLS',
    number: { linux: 4 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Documentation/networking/tls.rst',
  },
} as const satisfies Record<string, OptionEntry>
