import type { Outcome, Phase, ProbedKind } from './probe.js'

/** What is right here where the probe saw something else. */
interface Difference {
  readonly outcome: Outcome
  /** The kinds of socket of which that holds. @default all */
  readonly on?: readonly ProbedKind[]
  readonly why: string
}

const unasked = 'the probe did not say how much the kernel may fill, which is EINVAL'

/** Where an attempt comes out in another way than in the probe. */
export const differences: Readonly<Record<string, Partial<Record<Phase, Difference>>>> = {
  SO_REUSEADDR: {
    get: { outcome: '1', on: ['accepted'], why: 'listen() turns it on, and what is accepted inherits it' },
  },
  SO_PEERNAME: {
    get: {
      outcome: 'length:2',
      on: ['unixpair'],
      why: 'the probe offered more room than the address, which is EINVAL',
    },
  },
  MPTCP_TCPINFO: { get: { outcome: 'length:16', on: ['mptcp'], why: unasked } },
  MPTCP_SUBFLOW_ADDRS: { get: { outcome: 'length:16', on: ['mptcp'], why: unasked } },
  TCP_REPAIR_WINDOW: {
    get: {
      outcome: 'EPERM',
      on: ['tcp', 'tcp6', 'listener', 'connected', 'accepted'],
      why: 'the probe offered more room than the structure, which is EINVAL',
    },
  },
}

const setting = 'a setting of the system'
const counter = 'the next of a counter'

/** Options whose values are each socket's or each system's own, and why; what is read is held against the raw door. */
export const ownValues: Readonly<Record<string, string>> = {
  SO_COOKIE: counter,
  SO_NETNS_COOKIE: counter,
  SO_INCOMING_CPU: 'the processor that the last packet came to',
  SO_PEERNAME: 'the port that the peer got',
  SO_PEERPIDFD: 'a new descriptor each time',
  SO_PEERCRED: 'the process that runs the tests',
  SO_PEERGROUPS: 'the groups of the user who runs the tests',
  SO_MEMINFO: 'counters of memory, and the sizes of buffers',
  SO_PEERSEC: 'the label of a security module',
  SO_RCVBUF: setting,
  SO_SNDBUF: setting,
  SO_BUSY_POLL: setting,
  SO_TXREHASH: setting,
  IP_TTL: setting,
  IP_MTU: 'the size of the loopback interface',
  IP_MTU_DISCOVER: setting,
  IP_PROTOCOL: 'the port of the socket, on what is not raw',
  IPV6_V6ONLY: setting,
  IPV6_UNICAST_HOPS: setting,
  IPV6_AUTOFLOWLABEL: setting,
  IPV6_MTU: 'the size of the loopback interface',
  IPV6_PATHMTU: 'the size of the loopback interface',
  TCP_CC_INFO: 'what the algorithm measured',
  TCP_CONGESTION: setting,
  TCP_FASTOPEN_KEY: "the namespace's key, once there is one",
  TCP_INFO: 'what the kernel counts, more of it with every release',
  TCP_KEEPIDLE: setting,
  TCP_KEEPINTVL: setting,
  TCP_KEEPCNT: setting,
  TCP_LINGER2: setting,
  TCP_MAXSEG: 'the size of the loopback interface, once connected',
  TCP_SYNCNT: setting,
  TCP_TIMESTAMP: 'a clock',
  TCP_WINDOW_CLAMP: 'the size of the buffer, once connected',
}
