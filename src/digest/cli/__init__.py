"""The commands, a file per group.

Names, flags and exit codes are a contract: 0 done, 1 a bug, 2 usage or configuration, 3 done in part.
"""
