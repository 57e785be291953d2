#!/bin/sh
# Runs every test, those that need servers too, and adds up: the ten slowest,
# what was skipped, what was left running, and one last line with the sums.
set -u
cd "$(dirname "$0")/.." || exit 2

output=$(mktemp "${TMPDIR:-/tmp}/upgrade-desk-tests.XXXXXX") || exit 2
status="$output.status"
trap 'rm -f "$output" "$status"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# All of it runs several times as fast for some minutes more of building; a single
# `cargo test` stays quick to build, and has files of its own.
export CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_PROFILE_TEST_OPT_LEVEL=1

# Everything a test starts inherits this mark; nothing else here carries it.
mark="UPGRADE_DESK_TEST_RUN=$output"

left_running() {
    for process in /proc/[0-9]*; do
        if tr '\0' '\n' <"$process/environ" | grep -qxF "$mark"; then
            echo "LEFT RUNNING: process ${process#/proc/} ($(cat "$process/comm"))"
        fi
    done 2>/dev/null
}

{
    env "$mark" cargo test --locked --no-fail-fast --lib --bins --tests \
        --config "target.'cfg(all())'.runner=['$PWD/tests/timed.sh']" -- --include-ignored --show-output
    echo $? >"$status"
    env "$mark" cargo test --locked --no-fail-fast --doc
    echo $? >>"$status"
} 2>&1 | tee "$output"

left=$(left_running)
[ -n "$left" ] && printf '\n%s\n' "$left"

echo
echo "The ten slowest tests:"
sed -n 's/^test \(.*\) \.\.\. [A-Za-z]* <\([0-9.]*\)s>$/\2 \1/p' "$output" | sort -rn | head -n 10 |
    while read -r seconds name; do printf '%9.2f s  %s\n' "$seconds" "$name"; done

echo
skipped=0
if [ -z "${CORPUS:-}" ]; then
    echo "SKIPPED: corpus checks (set CORPUS=FOLDER to the folder of collected mails)"
    skipped=1
elif ! grep -q '^test .*corpus.* \.\.\. ' "$output"; then
    echo "SKIPPED: corpus checks (CORPUS is set, but no test with corpus in its name ran)"
    skipped=1
fi

if [ ! -x target/python/bin/python ]; then
    echo "SKIPPED: other programs' reading of our calendar events (their Python packages could not be installed)"
    skipped=$((skipped + 1))
fi

# A program that died has no result line; Cargo's status still tells.
failed_runs=$(grep -cvx 0 "$status")
left_count=$(printf '%s' "$left" | grep -c 'LEFT RUNNING')
awk -v skipped="$skipped" -v failed_runs="$failed_runs" -v left="$left_count" '
    /^test result: / {
        for (field = 2; field <= NF; field++) {
            if ($field == "passed;") passed += $(field - 1)
            if ($field == "failed;") failed += $(field - 1)
            if ($field == "ignored;") skipped += $(field - 1)
        }
    }
    END {
        failed += left
        if (failed_runs > 0 && failed == 0) failed = failed_runs
        if (passed == 0 && failed == 0) { print "no test ran"; failed = 1 }
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0
    }' "$output"
