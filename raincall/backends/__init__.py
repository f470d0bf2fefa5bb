"""The backends there are: over TCP to any Redis, and in-process to the server that runs the script."""
