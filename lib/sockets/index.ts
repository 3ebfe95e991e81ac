export { addAoKey, removeAoKey, removeMd5Key, setMd5Key } from './authentication.js'
export { BareSocket, type Protocol } from './bare.js'
export { type PeerCredentials, peerCredentials } from './credentials.js'
export { originalDestination } from './destination.js'
export {
  attachFilter,
  attachReuseportProgram,
  detachFilter,
  detachReuseportProgram,
  getFilter,
} from './filter.js'
export { blockSource, type GroupMembership, joinGroup, leaveGroup, unblockSource } from './multicast.js'
export { type PeerProcess, peerProcess } from './process.js'
export { dropSyns, steerTo } from './programs.js'
export {
  bindReservedPort,
  type NoReservedPortError,
  type ReservedPortOptions,
  reservedPorts,
} from './reserved.js'
export { getSourceFilter, setSourceFilter } from './sources.js'
export { enableTimestamps, type TimestampOptions } from './timestamps.js'
