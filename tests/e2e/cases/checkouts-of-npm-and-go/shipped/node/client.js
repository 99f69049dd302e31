const { createRequire } = require("module");
console.log(createRequire(process.argv[2] + "/")("greeting").version);
