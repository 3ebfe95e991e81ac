/**
 * The folder of the package. Its sources are in `lib`, and what is built of this file is right inside `dist`, whatever
 * file it is bundled into.
 */
export const packageRoot = new URL('..', import.meta.url)
