import type { OptionEntry } from '../entry.js'

/** The options of SOL_SOCKET that only Windows has. */
export const windowsOptions = {
  /**
   * A bind() to port 0 leaves the port to be chosen on connecting, which may then give one port to connections to
   * different peers: IP_BIND_ADDRESS_NO_PORT of Linux. Off by default. Windows 10.
   */
  SO_REUSE_UNICASTPORT: {
    level: 'SOL_SOCKET',
    number: { win32: 12295 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    source: 'Microsoft, SOL_SOCKET socket options',
  },
  /**
   * Says that the socket is for multicasts alone, so that its port can be shared with others that say so. Off by
   * default. Windows 10.
   */
  SO_REUSE_MULTICASTPORT: {
    level: 'SOL_SOCKET',
    number: { win32: 12296 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    source: 'Microsoft, SOL_SOCKET socket options',
  },
  /** A bind() to port 0 takes a port at random. Off by default. */
  SO_RANDOMIZE_PORT: {
    level: 'SOL_SOCKET',
    number: { win32: 12293 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    source: 'Microsoft, SOL_SOCKET socket options',
  },
  /**
   * Lets ports that the system chooses be given again for other local addresses; SO_REUSE_UNICASTPORT goes further. Off
   * by default.
   */
  SO_PORT_SCALABILITY: {
    level: 'SOL_SOCKET',
    number: { win32: 12294 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    source: 'Microsoft, SO_PORT_SCALABILITY',
  },
  /** While it is on, the listener answers new connections with RST. Off by default. */
  SO_PAUSE_ACCEPT: {
    level: 'SOL_SOCKET',
    number: { win32: 12291 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Microsoft, SOL_SOCKET socket options',
  },
  /**
   * Leaves a connection unanswered until the program takes or refuses it through WSAAccept(), so nothing but its own
   * speed protects the listener from a flood of SYNs. Set it before listen(). Off by default.
   */
  SO_CONDITIONAL_ACCEPT: {
    level: 'SOL_SOCKET',
    number: { win32: 12290 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Microsoft, SO_CONDITIONAL_ACCEPT',
  },
  /**
   * Finishes a socket that AcceptEx() accepted, by the listener's handle in bytes: before that, getpeername() and
   * shutdown() do not work on it. Node does so itself.
   */
  SO_UPDATE_ACCEPT_CONTEXT: {
    level: 'SOL_SOCKET',
    number: { win32: 28683 },
    type: 'bytes',
    access: 'wo',
    sockets: ['tcp'],
    source: 'Microsoft, SOL_SOCKET socket options',
  },
  /**
   * Finishes a socket that ConnectEx() connected, with no bytes at all: before that, getpeername() and shutdown() do
   * not work on it. Node does so itself.
   */
  SO_UPDATE_CONNECT_CONTEXT: {
    level: 'SOL_SOCKET',
    number: { win32: 28688 },
    type: 'bytes',
    access: 'wo',
    sockets: ['tcp'],
    source: 'Microsoft, SOL_SOCKET socket options',
  },
  /** How long the connection has lasted; -1 for none. */
  SO_CONNECT_TIME: {
    level: 'SOL_SOCKET',
    number: { win32: 28684 },
    type: 'int',
    unit: 's',
    access: 'ro',
    sockets: ['tcp'],
    source: 'Microsoft, SOL_SOCKET socket options',
  },
  /** The largest datagram that can be sent. */
  SO_MAX_MSG_SIZE: {
    level: 'SOL_SOCKET',
    number: { win32: 8195 },
    type: 'unsigned',
    unit: 'bytes',
    access: 'ro',
    sockets: ['udp', 'raw'],
    source: 'Microsoft, SOL_SOCKET socket options',
  },
  /** Family, type and protocol of the socket, as a WSAPROTOCOL_INFOW of 628 bytes. */
  SO_PROTOCOL_INFO: {
    level: 'SOL_SOCKET',
    number: { win32: 8197 },
    type: 'bytes',
    access: 'ro',
    sockets: ['tcp', 'udp', 'raw'],
    source: 'Microsoft, SOL_SOCKET socket options',
  },
  /**
   * Both addresses, type and protocol of the socket, as a CSADDR_INFO with its addresses behind it; the pointers in it
   * are those of the moment of reading.
   */
  SO_BSP_STATE: {
    level: 'SOL_SOCKET',
    number: { win32: 4105 },
    type: 'bytes',
    access: 'ro',
    sockets: ['tcp', 'udp'],
    source: 'Microsoft, SO_BSP_STATE',
  },
  /** The network compartment of the socket, Windows' counterpart of a network namespace. */
  SO_COMPARTMENT_ID: {
    level: 'SOL_SOCKET',
    number: { win32: 12292 },
    type: 'unsigned',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    source: 'Windows SDK ws2def.h',
  },
  /**
   * The opposite of the switch in SO_LINGER: on, the default, the last close() returns at once and the data goes out
   * behind it.
   */
  SO_DONTLINGER: {
    level: 'SOL_SOCKET',
    number: { win32: -129 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Microsoft, SOL_SOCKET socket options',
  },
} as const satisfies Record<string, OptionEntry>
