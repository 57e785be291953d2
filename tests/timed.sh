#!/bin/sh
# Cargo runs each test program through this (see run.sh), so that every test
# says how long it took. The flag for that is still unstable; RUSTC_BOOTSTRAP
# lets the finished test program, and nothing that is compiled, accept it.
program=$1
shift
if RUSTC_BOOTSTRAP=1 "$program" -Z unstable-options --report-time --list >/dev/null 2>&1; then
    RUSTC_BOOTSTRAP=1 exec "$program" -Z unstable-options --report-time "$@"
fi
exec "$program" "$@"
