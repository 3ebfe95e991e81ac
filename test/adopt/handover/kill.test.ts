import { describe, expect, test } from 'vitest'
import { killAt } from '../../../bench/takeover/kill.mjs'

const flight = 16

// The full form, each step several times, is `npm run bench -- takeover`.
describe('under load, killing', () => {
  test.each(['received', 'confirmed', 'listening', 'serving'])('the new process at %s loses nothing', async (step) => {
    const { lost, serves, tells, answered } = await killAt('new', step, flight)
    expect({ lost, serves, tells }).toEqual({ lost: 0, serves: true, tells: true })
    expect(answered).toBeGreaterThan(flight)
  })

  test.each(['given', 'draining'])('the old process at %s loses what it was answering, and says so', async (step) => {
    const { failures, serves, tells } = await killAt('old', step, flight)
    expect({ serves, tells }).toEqual({ serves: true, tells: true })
    const { ECONNRESET = 0, ...others } = failures
    expect(ECONNRESET).toBeLessThanOrEqual(flight)
    expect(others).toEqual({})
  })
})
