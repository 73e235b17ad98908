#!/usr/bin/env node
// `kubectl trusted-access …`: kubectl finds a plug-in by the name of its file on PATH.
import './trusted-access.mjs';
