#!/usr/bin/env node
// One file, bundled by the build: it needs nothing that is installed beside it.
import '../dist/changeover.js'
