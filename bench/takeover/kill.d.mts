/** What came of a takeover in which a process was killed. */
export interface Killed {
  side: 'new' | 'old'
  step: string
  /** Whether the survivor says that the other one died. */
  tells: boolean
  /** Whether the survivor answers. */
  serves: boolean
  lost: number
  answered: number
  failures: Record<string, number>
}

export const newSteps: readonly string[]
export const oldSteps: readonly string[]
export function killAt(side: 'new' | 'old', step: string, flight: number): Promise<Killed>
