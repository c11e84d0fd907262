"""The endurance runs' reading of traces: the runs themselves take too long for a test."""

from dataclasses import replace

from endurance.leaks import WatchedProgram, idle_row, program_rows
from endurance.strace import parsed

LOG = """\
71 1764000000.1 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3<socket:[11]>
71 1764000000.2 connect(3<socket:[11]>, {sa_family=AF_UNIX, sun_path="/tmp/s/native"}, 110) = 0
71 1764000000.3 openat(AT_FDCWD</work>, "no", O_RDONLY) = -1 ENOENT (No such file or directory)
71 1764000000.4 openat(AT_FDCWD</work>, "/dev/null", O_WRONLY) = 4</dev/null>
72 1764000001.0 write(5</home/x/diary (copy).sqlite3-wal>, "a)b = 3"..., 32 <unfinished ...>
71 1764000001.1 write(6<pipe:[5]>, "Guide", 5) = 5
72 1764000001.2 <... write resumed>) = 32
71 1764000002.0 fsync(5</home/x/diary.sqlite3-wal>) = 0
71 1764000002.5 --- SIGCHLD {si_signo=SIGCHLD} ---
71 1764000002.6 rename("/a", "/b") = 0
71 1764000009.0 +++ exited with 0 +++
"""


SERVER = "/tmp/s/native"
WATCHED = WatchedProgram("it", tuple(parsed(LOG.splitlines())), SERVER, ended_well=True)


def missed(watched: WatchedProgram) -> list[str]:
    return [row.title for row in program_rows(watched) if not row.is_good]


def with_line(line: str) -> WatchedProgram:
    return replace(WATCHED, calls=(*WATCHED.calls, *parsed([line])))


def test_interrupted_calls_are_read() -> None:
    assert [call.name for call in WATCHED.calls] == [
        *("socket", "connect", "openat", "openat", "write", "write", "fsync", "rename"),
    ]
    assert [call.process for call in WATCHED.calls if call.name == "write"] == [71, 72]


def test_sound_server_and_known_files_are_allowed() -> None:
    assert missed(WATCHED) == []


def test_other_sockets_are_reported() -> None:
    made = "71 1764000003.0 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3<socket:[12]>"
    other = (
        '71 1764000003.0 connect(3<socket:[12]>, {sa_family=AF_UNIX, sun_path="/run/x"}, 9) = 0'
    )

    assert missed(with_line(made)) == ["it: sockets made"]
    assert missed(with_line(other)) == ["it: connected to"]
    assert missed(replace(WATCHED, server="")) == ["it: connected to"]


def test_unknown_file_is_reported() -> None:
    line = '71 1764000003.0 openat(AT_FDCWD</w>, "x.wav", O_RDWR|O_CREAT, 0666) = 7</w/x.wav>'

    assert missed(with_line(line)) == ["it: files opened to be written"]


def test_files_written_in_silence_are_reported() -> None:
    idle = idle_row(WATCHED, 1764000001.15, 1764000002.1)

    assert not idle.is_good
    written = "/home/x/diary (copy).sqlite3-wal: 1; /home/x/diary.sqlite3-wal: 1"
    assert idle.cells == {"found": written}
    assert not idle_row(WATCHED, 1764000002.55, 1764000003).is_good
    assert idle_row(WATCHED, 1764000003, 1764000063).is_good
