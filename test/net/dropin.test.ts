import { built } from '../support.js'
import { describePrograms } from './comparison.js'

await describePrograms(`${built}net.js`, 'sockctl/net')
