import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'
import { describe, expect, test } from 'vitest'
import {
  abortError,
  codedError,
  errnoOf,
  errorName,
  invalidArgType,
  invalidArgValue,
  isUnsupported,
  outOfRange,
  systemError,
  tooLate,
  unsupported,
} from '../lib/errors.js'
import { thrownBy } from './support.js'

const named = Object.entries(constants.errno)
const errnos = Array.from({ length: 133 }, (_, index) => index + 1)

describe('errnoOf', () => {
  test.each(named)('gives the negative number of %s', (name, errno) => {
    expect(errnoOf(name)).toBe(-errno)
  })

  test.each(['', 'EFOO', 'eperm', 'toString', '__proto__'])('throws a RangeError for %j', (name) => {
    expect(thrownBy(() => errnoOf(name))).toBeInstanceOf(RangeError)
  })
})

describe('errorName', () => {
  test.each(named)('has a name for the number of %s', (name, errno) => {
    const found = errorName(-errno)
    expect(found).not.toMatch(/^UNKNOWN/)
    expect([name, 'ENOTSUP', 'EAGAIN']).toContain(found)
    expect(constants.errno[found as keyof typeof constants.errno]).toBe(errno)
  })

  test('calls EOPNOTSUPP ENOTSUP and EWOULDBLOCK EAGAIN, as Node does', () => {
    expect(errorName(-constants.errno.EOPNOTSUPP)).toBe('ENOTSUP')
    expect(errorName(-constants.errno.EWOULDBLOCK)).toBe('EAGAIN')
  })

  test.each(errnos)('gives errno %s the name that Node has for it', (errno) => {
    const known = getSystemErrorMap().get(-errno)?.[0]
    if (known) expect(errorName(-errno)).toBe(known)
    else expect(errorName(-errno)).toMatch(/^(E[A-Z0-9]+|UNKNOWN_\d+)$/)
  })

  test('gives each number a name of its own', () => {
    expect(new Set(errnos.map((errno) => errorName(-errno))).size).toBe(errnos.length)
  })
})

describe('systemError', () => {
  test.each(errnos)('has the form of an error of Node for errno %s', (errno) => {
    const error = systemError(-errno, 'bind')
    expect(error).toBeInstanceOf(Error)
    expect({ ...error }).toEqual({ code: errorName(-errno), errno: -errno, syscall: 'bind' })
  })

  test('has the address, port and option that it is about', () => {
    const detail = { address: '127.0.0.1', port: 80, option: 'SO_REUSEADDR' }
    expect({ ...systemError(-98, 'bind', detail) }).toEqual({
      code: 'EADDRINUSE',
      errno: -98,
      syscall: 'bind',
      ...detail,
    })
  })

  test('has port 0, which is a port', () => {
    expect(systemError(-98, 'bind', { port: 0 })).toHaveProperty('port', 0)
  })

  test('has no property for what is undefined', () => {
    const error = systemError(-98, 'bind', { address: undefined, port: undefined, option: undefined })
    expect(Object.keys(error).sort()).toEqual(['code', 'errno', 'syscall'])
  })

  test('names the call, the code and the place in its message', () => {
    const { message } = systemError(-98, 'bind', { address: '127.0.0.1', port: 80 })
    for (const part of ['bind', 'EADDRINUSE', '127.0.0.1', '80']) expect(message).toContain(part)
  })

  test('keeps the stack of its caller', () => {
    expect(systemError(-98, 'bind').stack).toContain('errors.test')
  })
})

describe('isUnsupported', () => {
  test('is true for both numbers that mean it, and no other', () => {
    const both = errnos.filter((errno) => isUnsupported(-errno))
    expect(both).toEqual([constants.errno.ENOPROTOOPT, constants.errno.EOPNOTSUPP].sort((one, other) => one - other))
    expect([0, 92, 95].filter(isUnsupported)).toEqual([])
  })
})

describe('unsupported', () => {
  test('has the code, the details and the cause', () => {
    const cause = new Error('why')
    const error = unsupported('not here', { cause, errno: -92, option: 'SO_X', syscall: 'setsockopt' })
    expect({ ...error }).toEqual({
      code: 'ERR_SOCKCTL_UNSUPPORTED',
      errno: -92,
      option: 'SO_X',
      syscall: 'setsockopt',
    })
    expect(error.cause).toBe(cause)
  })

  test('has no cause where none is given', () => {
    expect('cause' in unsupported('not here')).toBe(false)
  })
})

describe('tooLate', () => {
  test('names the option, and the call that was not made', () => {
    const error = tooLate('SO_REUSEPORT', 'bound', 'bind()')
    expect({ ...error }).toEqual({ code: 'ERR_SOCKCTL_TOO_LATE', option: 'SO_REUSEPORT', syscall: 'setsockopt' })
  })
})

describe('the errors for wrong arguments', () => {
  const hostile: unknown[] = [undefined, null, 'x'.repeat(10_000), Symbol('s'), 1n, {}, new Proxy({}, {}), () => {}]

  test.each([
    ['invalidArgType', () => invalidArgType('port', 'of type number', 'x'), TypeError, 'ERR_INVALID_ARG_TYPE'],
    ['invalidArgValue', () => invalidArgValue('path', '', 'must not be empty'), TypeError, 'ERR_INVALID_ARG_VALUE'],
    ['outOfRange', () => outOfRange('port', '>= 0', -1), RangeError, 'ERR_OUT_OF_RANGE'],
  ] as const)("%s has Node's code and class", (_, make, type, code) => {
    expect(make()).toBeInstanceOf(type)
    expect({ ...make() }).toEqual({ code })
  })

  test('can show any value, and stay short', () => {
    for (const value of hostile) {
      for (const error of [invalidArgType('a', 'b', value), invalidArgValue('a', value, 'b')]) {
        expect(error.message.length).toBeLessThan(200)
      }
    }
  })

  test('name the argument or property', () => {
    expect(invalidArgType('options.port', 'of type number', 'x').message).toContain('options.port')
    expect(invalidArgValue('options.path', '', 'must not be empty').message).toContain('options.path')
    expect(outOfRange('backlog', '>= 0', -1).message).toContain('backlog')
  })
})

describe('codedError', () => {
  test('is an Error with a code and nothing else', () => {
    expect({ ...codedError('ERR_SOCKET_CLOSED', 'closed') }).toEqual({ code: 'ERR_SOCKET_CLOSED' })
  })
})

describe('abortError', () => {
  test.each([undefined, 'a reason', new Error('a reason'), null])('has the form of Node and the cause %s', (reason) => {
    const signal = AbortSignal.abort(reason)
    const error = abortError(signal)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })
    expect(error.cause).toBe(signal.reason)
  })
})
