// sockctl/net with a control function for every connection, so that Node makes no socket of its own. A socket that has
// its descriptor already is left alone: sockctl refuses options for it.
import net from '../../dist/net.js'

const { prototype } = net.Socket
const { connect } = prototype

const patch = {
  connect(...args) {
    if (this._handle && !this.destroyed) return connect.apply(this, args)
    const [options, listener] = Array.isArray(args[0]) ? args[0] : net._normalizeArgs(args)
    return connect.call(this, { control() {}, ...options }, listener)
  },
}
prototype.connect = patch.connect

export * from '../../dist/net.js'
export { default } from '../../dist/net.js'
