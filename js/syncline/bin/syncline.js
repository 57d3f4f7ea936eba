#!/usr/bin/env node
// syncline: a file that is there before the package is built, so that npm can link to it.
import "../dist/cli/index.js";
