"""The contenders: each a process of its own that trains as many iterations as it is asked for."""
