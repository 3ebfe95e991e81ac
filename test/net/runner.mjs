// Runs the programs of a file one after the other, on the module whose address is given, and prints their records as
// JSON: runner.mjs <module> <file> <how long a program may take, in milliseconds>
import { immediate, Tools } from './tools.mjs'

const [module, file, patience = 10_000] = process.argv.slice(2)
const { default: net } = await import(module)
const { programs } = await import(file)

// An attempt is given up by programs that say so, not by a machine at work.
net.setDefaultAutoSelectFamilyAttemptTimeout(5000)

/** What was thrown where nobody could catch it, and what Node.js warned of. */
const strays = []
process.on('uncaughtException', (error) => strays.push(error))
process.on('warning', ({ name, code, message }) => strays.push(`${name} ${code} ${message}`))

/** Fails unless the program ends in time. */
async function inTime(promise) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the program did not end')), Number(patience))
  })
  await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Waits until all that the program used has emitted 'close', and a little for what must not come any more. */
async function settle(tools) {
  const end = performance.now() + Number(patience)
  while (tools.open().length > 0 && performance.now() < end) await immediate()
  if (tools.open().length > 0) throw new Error(`still open: ${tools.open()}`)
  for (let turn = 0; turn < 3; turn++) await immediate()
}

async function record(run) {
  const tools = new Tools(net)
  const restore = net.getDefaultAutoSelectFamily()
  strays.length = 0
  try {
    await inTime(run(tools))
    await settle(tools)
    for (const stray of strays) tools.note('stray', stray)
    return { lanes: tools.finish() }
  } catch (error) {
    return { failed: String(error.stack), lanes: tools.finish() }
  } finally {
    net.setDefaultAutoSelectFamily(restore)
    tools.dispose()
  }
}

const records = {}
for (const [name, program] of Object.entries(programs)) {
  const { lacking, differs, run = program } = program
  records[name] = lacking ? { lacking, lanes: {} } : { differs, ...(await record(run)) }
}
// What a failed program left open must not keep the process.
process.stdout.write(JSON.stringify(records), () => process.exit())
