"""Signals as a terminal's programs have them, whatever the tests were started with.

nohup and a shell's & leave signals ignored, and no script can trap a signal that was ignored when
it began. [POSIX, sh: trap]
"""
import signal

signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
