export type { RshError, RshErrorCode, RshPhase } from './rsh/errors.js'
export { type HostResult, type MultiRshOptions, multiRsh } from './rsh/multi.js'
export { rcmd } from './rsh/rcmd.js'
export type { BackAddress, RcmdOptions, RemoteCommand, RemoteReport, WaitInfo } from './rsh/types.js'
