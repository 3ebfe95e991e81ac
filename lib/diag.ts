export type { AttackBind, Attacker, AuditFinding, Severity, Takeover } from './diag/audit/finding.js'
export { auditListeners } from './diag/audit.js'
export { type BorrowedSocket, openProcessSocket } from './diag/borrowed.js'
export type {
  BudgetAdvice,
  BudgetAdviceKind,
  BudgetClose,
  BudgetHeld,
  BudgetLimit,
  BudgetOptions,
  BudgetSettings,
  BudgetStep,
  BudgetTerm,
  ConnectionBudget,
} from './diag/budget/types.js'
export { connectionBudget } from './diag/budget.js'
export type { ConflictCase, ConflictOptions, ConflictPlan } from './diag/cases.js'
export { bindConflicts } from './diag/conflicts.js'
export type { Outcome, Reuse } from './diag/contender.js'
export { destroySocket } from './diag/destroy.js'
export type {
  EntryProtocol,
  InternetEntry,
  SocketEntry,
  SocketMemory,
  SocketOwner,
  SocketState,
  SocketTimer,
  UnixEntry,
} from './diag/entry.js'
export type { Cause, CauseKind, CauseOwner, PortHolder } from './diag/explain/cause.js'
export type { Advice, AdviceKind, Explanation, Probe } from './diag/explain/explanation.js'
export type { AddressQuery, Attempt, ExplainOptions } from './diag/explain/query.js'
export { explainAddressInUse } from './diag/explain.js'
export type { OneOrMore, SocketFilter } from './diag/filter.js'
export { type MptcpState, mptcpInfo, mptcpSubflows, type Subflow } from './diag/mptcpinfo.js'
export type { Known } from './diag/rules.js'
export { sockets } from './diag/sockets.js'
export { type DiagSupport, diagSupport } from './diag/support.js'
export { tcpInfo } from './diag/tcpinfo.js'
export type { Receiver } from './diag/traffic.js'
