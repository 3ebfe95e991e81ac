/**
 * Every contender once, begun by another one each time and every other time backwards: none has a fixed neighbour.
 *
 * @template Contender
 * @param {readonly Contender[]} contenders
 * @param {number} turn
 * @returns {Contender[]}
 */
export function orderOf(contenders, turn) {
  const start = turn % contenders.length
  const order = [...contenders.slice(start), ...contenders.slice(0, start)]
  return turn % 2 === 0 ? order : order.reverse()
}
