export { BareSocket, type Protocol } from './bare.js'
export {
  bindReservedPort,
  type NoReservedPortError,
  type ReservedPortOptions,
  reservedPorts,
} from './reserved.js'
