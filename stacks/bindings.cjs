// Loaded into Node by bindings.py: the provider's eager index resolves to the lazy one that ships beside it.
const Module = require("module");
const resolveFilename = Module._resolveFilename;

Module._resolveFilename = function (...request) {
  const filename = resolveFilename.apply(this, request);
  return filename.replace(/([\\/]@cdktf[\\/]provider-aws[\\/]lib[\\/])index\.js$/, "$1lazy-index.js");
};
