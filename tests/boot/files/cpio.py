"""cpio archives as Linux unpacks them from an initrd.
[Linux Documentation/driver-api/early-userspace/buffer-format]
"""
END = "TRAILER!!!"


def _up(data):
    return data + bytes(-len(data) % 4)


def _member(number, name, data, mode=0o100644):
    """newc: 13 numbers of 8 hexadecimal digits, the name, the file."""
    mode, links = (mode, 1) if name != END else (0, 1)
    fields = (number, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    header = "070701" + "".join(f"{field:08x}" for field in fields) + name + "\0"
    return _up(header.encode()) + _up(data)


def archive(files, programs=()):
    """files: {name: bytes}; programs: names of those that can be executed"""
    data = b"".join(_member(i, name, content, 0o100755 if name in programs else 0o100644)
                    for i, (name, content) in enumerate(files.items(), 1))
    return data + _member(0, END, b"")


def odd(data):
    """An archive with only one of the zeros at its end, so its size is no multiple of 4: whoever
    appends another archive must add them. A packed archive must not be like this: Linux reports
    "junk at the end"."""
    data = data.rstrip(b"\0") + b"\0"
    assert len(data) % 4
    return data
