module.exports = process.env.STANDALONE ? { output: 'standalone' } : {};
