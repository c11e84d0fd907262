# shellcheck shell=bash
# Sourced by the other scripts, which call `set_up` first: it installs everything that Voice
# Guide needs, and takes next to no time once that is done.

root=$(readlink -f "${BASH_SOURCE[0]}")
root=${root%/scripts/*}
venv=$root/.venv
log=$venv/setup.log
models_home=${XDG_DATA_HOME:-~/.local/share}/voice-guide/models

# On arm64, vosk does not load without libatomic1.
runtime_packages=(
    python3-venv ca-certificates espeak-ng libportaudio2 libasound2-plugins libatomic1
)

# set_up [EXTRA [DEBIAN_PACKAGE...]]: set up for running, and for an extra of pyproject.toml and
# the Debian packages that it needs.
set_up() {
    local extra=${1:-} packages=("${runtime_packages[@]}" "${@:2}")
    local stamp=$venv/set-up${extra:+-$extra}
    is_set_up && return
    mkdir -p "$venv"
    {
        # Another set-up may be running, whose venv this one would break.
        flock 9
        is_set_up || really_set_up
    } 9<"$root/scripts/setup.sh" >&2 # standard output belongs to the program started next
}

is_set_up() {
    [[ -x $venv/bin/voice-guide && -d $models_home && -f $stamp &&
        $(<"$stamp") == $(fingerprint) ]]
}

# Everything that a finished set-up depends on: if any of it changes, set-up runs again. The
# resolved path of the venv's Python shows its version without starting it.
fingerprint() {
    {
        echo "$(built_for)" "$models_home" "${packages[@]}"
        cat "$root/pyproject.toml" "$root/scripts/constraints.txt" "$root/models/catalog.toml"
    } | sha256sum
}

# A venv has absolute paths: it works only in its own folder and with its own Python.
built_for() {
    echo "$root" "$(readlink -f "$venv/bin/python")"
}

really_set_up() {
    install_debian_packages
    [[ -f $venv/built-for && $(<"$venv/built-for") == "$(built_for)" ]] || make_venv
    install_python_packages
    say "Checking the recognition model."
    "$venv/bin/voice-guide" models install
    fingerprint >"$stamp"
    say "Set-up is done."
}

install_debian_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "Not a Debian system: if set-up or sound fails, install what Debian calls: ${packages[*]}"
        return
    fi
    local package missing=()
    for package in "${packages[@]}"; do
        # The second letter is the package's state, i for installed.
        [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) == ?i* ]] ||
            missing+=("$package")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0

    local as_root=()
    if [[ $EUID -ne 0 ]]; then
        as_root=(sudo -n)
        if ! sudo -n true 2>/dev/null; then
            local update="sudo apt-get update && "
            ! apt-get install -s "${missing[@]}" &>/dev/null || update=
            echo "${update}sudo apt-get install -y ${missing[*]} # then start this again"
            exit 2
        fi
    fi
    say "Installing Debian packages: ${missing[*]}"
    local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
        apt-get install -y --no-install-recommends "${missing[@]}")
    # Empty or old package lists show only when installing fails.
    "${install[@]}" >>"$log" 2>&1 ||
        { logged "${as_root[@]}" apt-get update && logged "${install[@]}"; }
}

make_venv() {
    local python
    python=$(find_python)
    say "Making a Python environment in $venv."
    rm -rf "$venv"
    mkdir "$venv"
    logged "$python" -m venv "$venv"
}

# set_up_ovos FOLDER EXTRA: make the environment $root/FOLDER with OpenVoiceOS, apart from ours,
# whose versions exclude it, and with an extra of the project.
set_up_ovos() {
    venv=$root/$1 log=$root/$1/setup.log stamp=$root/$1/set-up
    mkdir -p "$venv"
    {
        flock 9
        if [[ ! -f $stamp || $(<"$stamp") != $(ovos_fingerprint) ]]; then
            install_debian_packages
            make_venv
            say "Installing OpenVoiceOS; this takes a minute or two."
            logged "$venv/bin/python" -m pip install --disable-pip-version-check \
                -c "$root/scripts/constraints-ovos.txt" -e "${root}[$2]"
            ovos_fingerprint >"$stamp"
        fi
    } 9<"$root/scripts/setup.sh" >&2
}

# Everything that such an environment depends on.
ovos_fingerprint() {
    { built_for; cat "$root/pyproject.toml" "$root/scripts/constraints-ovos.txt"; } | sha256sum
}

find_python() {
    local python
    for python in python3 python3.{14..11}; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    say "Voice Guide needs Python 3.11 or newer, which this machine lacks: install it."
    exit 2
}

install_python_packages() {
    say "Installing Python packages; this takes some minutes on a small machine."
    # Missing while packages are half installed, so that a killed set-up starts again.
    rm -f "$venv/built-for"
    logged "$venv/bin/python" -m pip install --disable-pip-version-check \
        -c "$root/scripts/constraints.txt" -e "${root}[device${extra:+,$extra}]"
    built_for >"$venv/built-for"
}

# Messages of apt-get and pip without a network.
no_network='Temporary failure resolving|Could not resolve|Could not connect|Network is unreachable'
no_network+='|NameResolutionError|NewConnectionError|ConnectTimeoutError'

# Run a command with its output in the log, and print the end of the log if it fails.
logged() {
    "$@" >>"$log" 2>&1 || {
        if tail -n 15 "$log" | grep -qE "$no_network"; then
            say "There is no network: connect this machine, and start this again."
            exit 1
        fi
        tail -n 15 "$log"
        say "Set-up failed; all of its output is in $log."
        exit 1
    }
}

say() {
    echo "voice-guide: $*" >&2
}
