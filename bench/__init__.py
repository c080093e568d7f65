"""How fast it is, beside others that do the same work, on this machine. README.md here says how to run it."""
