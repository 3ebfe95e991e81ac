import net from 'node:net'
import { connect } from '../../dist/index.js'

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {(options: net.TcpNetConnectOpts) => Promise<net.Socket>} open connects a socket
 */

function stock(options) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(options)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

/** Both give a promise of a connected socket that has no listener of ours. @type {Contender[]} */
export const contenders = [
  { name: 'sockctl', open: (options) => connect(options) },
  { name: 'net.connect', open: stock },
]

/** Closes with a reset, so that no side keeps a TIME_WAIT and every port is free again. */
export function leave(socket) {
  return new Promise((resolve) => {
    socket.once('close', resolve)
    socket.resetAndDestroy()
  })
}
