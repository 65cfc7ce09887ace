"""Restores the default signal handling of a terminal's programs.

nohup and a shell's & make signals ignored, and a script cannot trap a signal that was ignored when
it started. [POSIX, sh: trap]
"""
import signal

signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
