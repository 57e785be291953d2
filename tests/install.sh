#!/bin/sh
# The mail servers that the tests talk to, and Python, whose reading of mail is
# compared with ours, and strace and ip, which tell to whom the desk connects in a
# network of its own, as Debian packages; and in target/python the programs that
# read our calendar events; with the word "bench" what `make bench` needs.
# Installs what is missing when it may; starts nothing, and leaves nothing enabled
# or listening.
set -eu

packages="dovecot-core dovecot-imapd dovecot-lmtpd postfix openssl python3 python3-venv strace iproute2"
programs="dovecot postfix openssl python3 strace ip"
without="cargo test         (everything that needs no server)"
if [ "${1:-}" = bench ]; then
    packages="dovecot-core dovecot-imapd postfix isync"
    programs="dovecot smtp-sink mbsync"
    without="cargo bench --bench parse   (reading alone)"
fi
ports="25 110 143 993"
policy=/usr/sbin/policy-rc.d
mark="# of upgrade-desk's tests: while they install, no service may start"

say() { echo "install: $*" >&2; }

# dpkg is the judge: a purged package may leave its program's folder behind.
missing_packages() {
    for package in $packages; do
        state=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) || state=
        case $state in ii*) ;; *) printf '%s ' "$package" ;; esac
    done
}

# The ports of mail servers on which somebody listens, one a line.
listening() {
    for port in $ports; do
        hex=$(printf '%04X' "$port")
        if cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
            awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }'; then
            echo "port $port"
        fi
    done
}

# Mail servers that run, one a line.
running() {
    for process in /proc/[0-9]*; do
        program=$(readlink "$process/exe" 2>/dev/null) || continue
        case $program in
        /usr/sbin/dovecot | /usr/lib/postfix/sbin/master) echo "$program, process ${process#/proc/}" ;;
        esac
    done
}

restore_policy() {
    if [ -e "$policy" ] && grep -qxF "$mark" "$policy"; then rm -f "$policy"; fi
    if [ -e "$policy.of-this-machine" ]; then mv "$policy.of-this-machine" "$policy"; fi
}

# invoke-rc.d asks this program before it starts anything (101: do not).
forbid_starting() {
    restore_policy
    trap restore_policy EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    if [ -e "$policy" ]; then mv "$policy" "$policy.of-this-machine"; fi
    printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
    chmod 755 "$policy"
}

get() {
    # shellcheck disable=SC2086 # a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" $missing </dev/null
}

# Postfix takes the place of any other mail server: not without being asked.
refuse_to_remove() {
    removed=$(get install -s -y --no-install-recommends 2>/dev/null | sed -n 's/^Remv \([^ ]*\).*/\1/p' | tr '\n' ' ')
    if [ -n "$removed" ]; then
        say "installing $missing would remove $removed; nothing was changed"
        say "install them yourself if that is right, or without: $without"
        exit 2
    fi
}

install_missing() {
    set -- /var/lib/apt/lists/*_Packages*
    [ -e "$1" ] || apt-get -o DPkg::Lock::Timeout=300 update
    refuse_to_remove
    echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
    if ! get install -y --no-install-recommends; then
        say "trying once more with fresh package lists"
        apt-get -o DPkg::Lock::Timeout=300 update
        get install -y --no-install-recommends
    fi
}

# Not now, and not at the next start of the machine either.
disable_services() {
    for service in $1; do
        if command -v systemctl >/dev/null 2>&1; then
            systemctl disable --quiet "$service.service" "$service.socket" >/dev/null 2>&1 || true
            systemctl disable --quiet "$service.service" >/dev/null 2>&1 || true
        fi
        if command -v update-rc.d >/dev/null 2>&1; then
            update-rc.d "$service" disable >/dev/null 2>&1 || true
        fi
    done
}

# Into a folder of its own below target/, so nothing of this machine changes.
python_packages() {
    [ "${1:-}" != bench ] || return 0
    cd "$(dirname "$0")/.."
    wanted=tests/it/calendar/requirements.txt
    # The programs in it know their folder: in one that was moved they do not start.
    if cmp -s "$wanted" target/python/installed.txt && target/python/bin/khal --version >/dev/null 2>&1; then
        return 0
    fi
    say "installing $(tr '\n' ' ' <"$wanted")into target/python"
    rm -rf target/python
    mkdir -p target
    if ! python3 -m venv target/python >&2 ||
        ! target/python/bin/python -m pip install --quiet --disable-pip-version-check -r "$wanted" >&2; then
        say "these Python packages could not be installed; they come from the package index, so a network is needed"
        say "with a network:  python3 -m venv target/python && target/python/bin/python -m pip install -r $wanted"
        say "without them our calendar events are not read by other programs: SKIPPED, and said so at the end"
        rm -rf target/python
        return 0
    fi
    cp "$wanted" target/python/installed.txt
}

if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    for program in $programs; do
        if ! PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null 2>&1; then
            say "$program is missing; install what your system calls $packages"
            say "or without: $without"
            exit 2
        fi
    done
    python_packages "$@"
    exit 0
fi

missing=$(missing_packages)
if [ -z "$missing" ]; then
    python_packages "$@"
    exit 0
fi

if [ "$(id -u)" != 0 ]; then
    say "missing: $missing"
    say "install them:   sudo apt-get install --no-install-recommends $missing"
    say "or as root:     tests/install.sh ${1:-}   (installs them without starting a service)"
    say "or without:     $without"
    exit 2
fi

say "installing $missing(no service is started)"
listening_before=$(listening)
running_before=$(running)
forbid_starting
install_missing
restore_policy

# A server that was here before keeps its setting.
services=
case $missing in *dovecot-core*) services="$services dovecot" ;; esac
case $missing in *postfix*) services="$services postfix" ;; esac
disable_services "$services"

still=$(missing_packages)
if [ -n "$still" ]; then
    say "still missing: $still"
    exit 1
fi
for what in listening running; do
    eval "before=\$${what}_before"
    "$what" | while read -r line; do
        echo "$before" | grep -qxF "$line" || echo "$what now, not before: $line"
    done
done | {
    if grep . >&2; then
        say "the installation was to start nothing; stop the service above and report this as a fault"
        exit 1
    fi
}
python_packages "$@"
