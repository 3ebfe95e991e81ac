export { tcpInfo } from './diag/tcpinfo.js'
