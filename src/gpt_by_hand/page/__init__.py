"""The page: every number of a trace in one HTML file, which computes, explains and trains by itself."""
