import { setOption } from '../../dist/index.js'

/** What a peer does, and what must then be reported. `timeout` is ours. */
export const kinds = {
  closes: { act: (peer) => peer.close(), first: ['peer'] },
  'half-closes and stays': { act: (peer) => peer.shutdown('write'), first: ['peer'] },
  resets: { act: (peer) => peer.abort(), first: [undefined], resetBy: 'peer' },
  'resets after its FIN': {
    act(peer) {
      peer.shutdown('write')
      peer.abort()
    },
    first: ['peer', undefined],
    resetBy: 'peer',
  },
  'never closes, we close': { act() {}, options: { timeout: 5, settle: 30 }, first: ['us'] },
  'never closes, we abort': {
    act() {},
    options: { timeout: 5, onTimeout: 'abort' },
    first: [undefined],
    resetBy: 'us',
  },
  'closes after us': { act: (peer) => peer.close(), isAfterUs: true, options: { timeout: 5 }, first: ['us'] },
  'closes at the same moment': {
    act: (peer) => peer.close(),
    // Ours is due at 12 ms; the peer's comes some time around it.
    delay: (round) => 11 + (round % 5) / 2,
    options: { timeout: 12 },
    first: ['peer', 'us', 'both'],
  },
  'closes at the same moment, seen in CLOSING': {
    // The peer is deaf for a while: it gets neither our FIN nor the acknowledgement of its own.
    prepare: (_socket, peer) => setOption(peer, 'SO_ATTACH_FILTER', [{ code: 6, jt: 0, jf: 0, k: 0 }]),
    act(peer) {
      peer.shutdown('write')
      setTimeout(() => setOption(peer, 'SO_DETACH_FILTER', true), 100)
    },
    isAfterUs: true,
    options: { timeout: 5, settle: 5000 },
    first: ['both'],
  },
  'closes with data unread': {
    prepare: (socket) => socket.write('not read by the peer'),
    act: (peer) => peer.close(),
    delay: 5,
    first: [undefined, 'peer'],
    resetBy: 'peer',
  },
}

/** Those for which the cable is cut. */
export const cutKinds = {
  'vanishes, we close': { act() {}, options: { timeout: 5, settle: 50 }, first: ['us'] },
  'vanishes, we abort': { act() {}, options: { timeout: 5, onTimeout: 'abort' }, first: [undefined], resetBy: 'us' },
  'closes at the same moment, FINs crossing': {
    act: (peer) => peer.shutdown('write'),
    // Until the cable is back, and both have sent their FINs again.
    options: { timeout: 5, settle: 8000 },
    isMended: true,
    first: ['both', 'us'],
  },
}
