"""What a process may write to, by Landlock (Linux 5.13): without root, without another program."""
import ctypes
import os

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
PATH_BENEATH = 1
# Of linux/landlock.h: write a file, remove directories and files, make everything that can be made.
WRITES = 1 << 1 | sum(1 << bit for bit in range(4, 13))
NO_NEW_PRIVILEGES = 38

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = [("handled_access_fs", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def _call(number, *arguments):
    result = _libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def why_not():
    """None where the kernel has it, else its words."""
    try:
        _call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    except OSError as failure:
        return f"the kernel has no Landlock: {failure.strerror}"
    return None


def allow_writes(*paths):
    """From now on this process and its children write below these paths alone."""
    attributes = _Ruleset(WRITES)
    ruleset = _call(CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(ctypes.sizeof(attributes)),
                    ctypes.c_uint32(0))
    for path in paths:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = _PathBeneath(WRITES, parent)
        _call(ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0))
        os.close(parent)
    if _libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    _call(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    os.close(ruleset)
