import { describePrograms } from './comparison.js'

await describePrograms(new URL('prepared.mjs', import.meta.url).href, 'sockctl/net with a control function')
