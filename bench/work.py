# SPDX-License-Identifier: Apache-2.0
"""The folder of a run, the processes that it starts, and their clean-up."""
import errno
import mmap
import os
import subprocess
import sys
import tempfile

# Exit codes of snaprig.
FINDING, USAGE, RIG, SKIPPED = 1, 2, 4, 77

MIB = 1 << 20
SHARED_MEMORY = "/dev/shm"


class Failure(Exception):
    """The message to print, and the exit code."""

    def __init__(self, text, code=RIG):
        super().__init__(text)
        self.code = code


class Unavailable(Exception):
    """A peer or a job cannot be measured here, with the reason."""


def text_of(error):
    return "%s" % os.strerror(error.errno) if error.errno else str(error)


class Work:
    """Use it in a `with` statement.  However the process ends, sweep.sh cleans up."""

    def __init__(self, program, parent):
        self.program = program
        try:
            self.folder = tempfile.mkdtemp(prefix="snaprig-bench.", dir=parent)
        except OSError as error:
            code = USAGE if error.errno in (errno.ENOENT, errno.ENOTDIR) else RIG
            raise Failure("cannot work in '%s': %s" % (parent, text_of(error)), code)
        sweep = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sweep.sh")
        # A separate session, which does not get a ^C.
        self.sweeper = subprocess.Popen(["sh", sweep, program, self.folder],
                                        stdin=subprocess.PIPE, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sweeper.stdin.close()
        self.sweeper.wait()

    def path(self, name):
        return os.path.join(self.folder, name)

    def started(self, kind, what):
        """Call it before WHAT is started: see sweep.sh."""
        with open(self.path("started"), "a") as file:
            file.write("%s %s\n" % (kind, what))

    def in_memory(self, length):
        """A folder for files of LENGTH bytes in memory; raises Unavailable if there is not enough.
        """
        facts = os.statvfs(SHARED_MEMORY) if os.path.isdir(SHARED_MEMORY) else None
        if not facts or facts.f_bavail * facts.f_frsize < 2 * length:
            raise Unavailable("needs %d MiB in %s" % (2 * length // MIB, SHARED_MEMORY))
        path = os.path.join(SHARED_MEMORY, os.path.basename(self.folder))
        self.started("folder", path)
        os.makedirs(path, exist_ok=True)
        return path

    def make_folder(self, name):
        os.makedirs(self.path(name), exist_ok=True)
        return self.path(name)


def output_of(*command, env=None, input_text=None):
    """Returns its output; raises Failure with its last line if it fails."""
    # stdin is empty, so that no program waits for input.
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
                          input=input_text or "", text=True, errors="replace")
    if done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Failure("'%s' failed (%d): %s" % (" ".join(command[:3]), done.returncode,
                                               lines[-1] if lines else "it says nothing"))
    return done.stdout


def has_direct(folder):
    """Returns whether files in FOLDER can be read and written with direct I/O."""
    path = os.path.join(folder, "direct")
    block = mmap.mmap(-1, 4096)
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_DIRECT, 0o600)
        try:
            os.pwrite(fd, block, 0)
            os.preadv(fd, [block], 0)
        finally:
            os.close(fd)
        return True
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.EOPNOTSUPP):
            return False
        raise Failure("cannot write in '%s': %s" % (folder, text_of(error)))
    finally:
        if os.path.exists(path):
            os.unlink(path)


class Filler:
    """Writes files with non-zero content, and keeps it out of the page cache."""

    def __init__(self, direct):
        self.flags = os.O_DIRECT if direct else 0
        self.buffer = mmap.mmap(-1, MIB)

    def open(self, path, flags):
        return os.open(path, flags | os.O_CREAT | os.O_CLOEXEC | self.flags, 0o600)

    def random_file(self, path, length):
        fd = self.open(path, os.O_WRONLY)
        try:
            for offset in range(0, length, MIB):
                self.buffer.seek(0)
                self.buffer.write(os.urandom(MIB))
                self.write(fd, path, offset)
        finally:
            self.forget(fd)

    def copy(self, source, path, length):
        fd, source_fd = self.open(path, os.O_WRONLY), self.open(source, os.O_RDONLY)
        try:
            for offset in range(0, length, MIB):
                os.preadv(source_fd, [self.buffer], offset)
                self.write(fd, path, offset)
        finally:
            self.forget(source_fd)
            self.forget(fd)

    def write(self, fd, path, offset):
        try:
            if os.pwrite(fd, self.buffer, offset) != MIB:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise Failure("cannot write '%s': %s" % (path, text_of(error)))

    @staticmethod
    def forget(fd):
        os.fsync(fd)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)


def say(text):
    print("snaprig: " + text, file=sys.stderr)
