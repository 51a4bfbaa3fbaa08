/** One mode for the whole project: mixing runes with the old mode falls back to coarse invalidation. */
const config = { compilerOptions: { runes: true } };

export default config;
